package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The nodes that learn, by partition, in one term; none of it is journaled.
 *
 * <p>Each time that a node is made a learner it gets a signature above all earlier ones, of this term or another. It asks its
 * primary under that signature, and the primary says under which it is caught up: so nothing that was said of a node before
 * it began anew makes it a member.
 */
final class Learners {
    private static final int SIGNATURE_BITS = 32;

    private final Map<Gpid, Map<HostPort, Long>> signatures = new TreeMap<>();
    private long last;

    Learners(long term) {
        last = term << SIGNATURE_BITS;
    }

    /** Those of a partition, in the order in which they were chosen. */
    List<HostPort> of(Gpid gpid) {
        return List.copyOf(signatures(gpid).keySet());
    }

    /** Those of a partition, and the signature of each. Not to be changed. */
    Map<HostPort, Long> signatures(Gpid gpid) {
        return signatures.getOrDefault(gpid, Map.of());
    }

    /** Of all partitions that have some. Not to be changed. */
    Map<Gpid, Map<HostPort, Long>> all() {
        return signatures;
    }

    /** Sets those of a partition; who was one before keeps its signature. */
    void set(Gpid gpid, List<HostPort> nodes) {
        Map<HostPort, Long> before = signatures(gpid);
        Map<HostPort, Long> after = new LinkedHashMap<>();
        for (HostPort node : nodes) {
            Long known = before.get(node);
            after.put(node, known == null ? ++last : known);
        }
        if (after.isEmpty()) {
            signatures.remove(gpid);
        } else {
            signatures.put(gpid, after);
        }
    }

    /** A new run of a node knows nothing of what the last one learned; returns the partitions in which it learns. */
    Set<Gpid> beginAnew(HostPort node) {
        Map<Gpid, Map<HostPort, Long>> found = new TreeMap<>();
        signatures.forEach((gpid, ofPartition) -> {
            if (ofPartition.containsKey(node)) {
                found.put(gpid, ofPartition);
            }
        });
        for (Gpid gpid : found.keySet()) {
            List<HostPort> nodes = of(gpid);
            List<HostPort> others = new ArrayList<>(nodes);
            others.remove(node);
            set(gpid, others);
            set(gpid, nodes);
        }
        return found.keySet();
    }
}
