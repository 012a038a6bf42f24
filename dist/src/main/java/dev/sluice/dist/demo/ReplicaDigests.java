package dev.sluice.dist.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.client.AdminClient;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What every replica of an app holds, asked of each replica server itself and not through the primaries.
 *
 * @param byPartition partition index → what its replicas say
 */
public record ReplicaDigests(Map<Integer, List<Entry>> byPartition) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What one replica holds.
     *
     * @param server that has it
     * @param rows not expired
     * @param digest over keys and values of all of them
     */
    public record Entry(HostPort server, String role, long decree, long rows, String digest) {}

    /** Scans the engines of all these servers, a partition at a time. */
    public static ReplicaDigests of(AdminClient admin, Iterable<HostPort> servers, int appId, int partitionCount) {
        Map<Integer, List<Entry>> found = new TreeMap<>();
        for (int index = 0; index < partitionCount; index++) {
            List<Entry> entries = new ArrayList<>();
            for (HostPort server : servers) {
                String answer = admin.remoteCommand(server, "replica.digest", List.of(appId + "." + index));
                for (JsonNode replica : parsed(answer)) {
                    entries.add(new Entry(
                            server,
                            replica.path("role").asText(),
                            replica.path("decree").asLong(),
                            replica.path("rows").asLong(),
                            replica.path("digest").asText()));
                }
            }
            found.put(index, entries);
        }
        return new ReplicaDigests(found);
    }

    /** What is wrong, a line each: a partition with too few replicas, or replicas that differ. Empty if nothing is. */
    public List<String> faults(int replicaCount) {
        List<String> faults = new ArrayList<>();
        byPartition.forEach((index, replicas) -> {
            Set<String> digests = replicas.stream().map(Entry::digest).collect(Collectors.toSet());
            if (replicas.size() != replicaCount) {
                faults.add("partition " + index + " has " + replicas.size() + " replicas, expected " + replicaCount);
            } else if (digests.size() > 1) {
                faults.add("partition " + index + ": replicas differ: " + replicas);
            }
        });
        return faults;
    }

    /** Rows of the app: those of one replica of each partition. */
    public long rows() {
        return byPartition.values().stream()
                .filter(replicas -> !replicas.isEmpty())
                .mapToLong(replicas -> replicas.get(0).rows())
                .sum();
    }

    private static JsonNode parsed(String answer) {
        try {
            return JSON.readTree(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("replica.digest answered '" + answer + "': expected JSON", e);
        }
    }
}
