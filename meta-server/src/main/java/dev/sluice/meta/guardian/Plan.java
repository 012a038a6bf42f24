package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the guardian wants of the partitions that it was asked about.
 *
 * @param configurations to be recorded
 * @param learners of every partition that was asked about and should have some, as of the configuration that it has now;
 *     never journaled
 * @param handingOver partitions whose primary is to hand over, under the configuration that they have now; the primary of
 *     any other that was asked about is to serve
 * @param movesEnded why a move is under way no more; empty for one that is done
 * @param waiting why a partition is not as it should be, for people
 * @param againAtMs when to ask again although nothing happened, since 1970
 */
public record Plan(
        List<Configuration> configurations,
        Map<Gpid, List<HostPort>> learners,
        Set<Gpid> handingOver,
        Map<Gpid, String> movesEnded,
        Map<Gpid, String> waiting,
        OptionalLong againAtMs) {
    /** Leaves everything as it is, and lets every primary serve. */
    public static Plan nothing(Map<Gpid, List<HostPort>> learners) {
        return new Plan(List.of(), learners, Set.of(), Map.of(), Map.of(), OptionalLong.empty());
    }
}
