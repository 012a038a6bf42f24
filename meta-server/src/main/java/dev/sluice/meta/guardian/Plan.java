package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the guardian wants of the partitions that it was asked about.
 *
 * @param configurations to be recorded
 * @param learners of every partition that was asked about and should have some, as of the configuration that it has now;
 *     never journaled
 * @param waiting why a partition is not as it should be, for people
 * @param againAtMs when to ask again although nothing happened, since 1970
 */
public record Plan(
        List<Configuration> configurations,
        Map<Gpid, List<HostPort>> learners,
        Map<Gpid, String> waiting,
        OptionalLong againAtMs) {}
