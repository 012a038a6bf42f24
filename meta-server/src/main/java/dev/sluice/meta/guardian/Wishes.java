package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.List;
import java.util.Map;

/**
 * What this leader has under way beside the records; none of it is journaled.
 *
 * @param learners nodes that learn, by partition
 * @param moves what the balancer or an operator wants
 * @param asked of partitions whose primary is asked to hand over: the sequence that it is asked with
 */
public record Wishes(Map<Gpid, List<HostPort>> learners, Map<Gpid, Move> moves, Map<Gpid, Long> asked) {
    public static final Wishes NONE = new Wishes(Map.of(), Map.of(), Map.of());

    public static Wishes learning(Map<Gpid, List<HostPort>> learners) {
        return new Wishes(learners, Map.of(), Map.of());
    }

    List<HostPort> learners(Gpid gpid) {
        return learners.getOrDefault(gpid, List.of());
    }
}
