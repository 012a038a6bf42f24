package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What this leader has under way beside the records; none of it is journaled.
 *
 * @param learners nodes that learn, by partition, and the signature under which each does
 * @param moves what the balancer or an operator wants
 * @param asked of partitions whose primary is asked to hand over: the sequence that it is asked with
 */
public record Wishes(Map<Gpid, Map<HostPort, Long>> learners, Map<Gpid, Move> moves, Map<Gpid, Long> asked) {
    public static final Wishes NONE = new Wishes(Map.of(), Map.of(), Map.of());

    /** Learners with signature 0, and nothing else. */
    public static Wishes learning(Map<Gpid, List<HostPort>> learners) {
        Map<Gpid, Map<HostPort, Long>> signed = new TreeMap<>();
        learners.forEach((gpid, nodes) -> {
            Map<HostPort, Long> signatures = new LinkedHashMap<>();
            nodes.forEach(node -> signatures.put(node, 0L));
            signed.put(gpid, signatures);
        });
        return new Wishes(signed, Map.of(), Map.of());
    }

    List<HostPort> learners(Gpid gpid) {
        return List.copyOf(learners.getOrDefault(gpid, Map.of()).keySet());
    }

    /** True if that is the signature under which the node learns. */
    boolean isSigned(Gpid gpid, HostPort node, long signature) {
        Long known = learners.getOrDefault(gpid, Map.of()).get(node);
        return known != null && known == signature;
    }
}
