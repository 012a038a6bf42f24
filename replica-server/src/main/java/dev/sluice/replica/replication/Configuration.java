package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has a partition, as the meta leader says.
 *
 * @param ballot version; only grows
 * @param primary null if there is none
 * @param secondaries the other members
 * @param signatures of the learners, which the primary teaches and which are no members: another one each time that the leader
 *     makes a node a learner, so that what was said of it before counts no more
 * @param minReplicaCount members that a write needs
 * @param sequence of what the leader says under one ballot; an older one changes nothing
 * @param handOver the primary is to serve no more, and to say so: another is about to take its place
 */
public record Configuration(
        Ballot ballot,
        @Nullable HostPort primary,
        List<HostPort> secondaries,
        Map<HostPort, Long> signatures,
        int minReplicaCount,
        long sequence,
        boolean handOver) {
    /** Of a replica that was not told yet. */
    public static final Configuration NONE = new Configuration(Ballot.NONE, null, List.of(), List.of(), 1);

    public Configuration {
        secondaries = List.copyOf(secondaries);
        signatures = Collections.unmodifiableMap(new LinkedHashMap<>(signatures));
    }

    /** One whose primary is to serve, and whose learners have signature 0. */
    public Configuration(
            Ballot ballot,
            @Nullable HostPort primary,
            List<HostPort> secondaries,
            List<HostPort> learners,
            int minReplicaCount) {
        this(ballot, primary, secondaries, unsigned(learners), minReplicaCount, 0, false);
    }

    private static Map<HostPort, Long> unsigned(List<HostPort> learners) {
        Map<HostPort, Long> signatures = new LinkedHashMap<>();
        learners.forEach(node -> signatures.put(node, 0L));
        return signatures;
    }

    /** Taught by the primary; not members. */
    public List<HostPort> learners() {
        return List.copyOf(signatures.keySet());
    }

    /** True if that node is a learner, and was made one with that signature. */
    boolean isLearner(HostPort node, long signature) {
        Long known = signatures.get(node);
        return known != null && known == signature;
    }

    /** The same ballot, and nobody has a part in it as far as this replica is told. */
    public Configuration withoutAnyone() {
        return new Configuration(ballot, null, List.of(), Map.of(), minReplicaCount, sequence, false);
    }

    /** The primary, if there is one, and the secondaries. */
    public int memberCount() {
        return secondaries.size() + (primary == null ? 0 : 1);
    }
}
