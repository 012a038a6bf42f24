package dev.sluice.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a load query of Pegasus does not carry: bytes, rates, and what each replica waits for. The meta leader tells it by
 * the remote command {@code meta.bulk-load-progress <app>}:
 *
 * <pre>{@code
 * {"partitions": [{"members": {"127.0.0.1:34801": {
 *     "phase": "DOWNLOADING", "bytes_done": 1, "bytes_total": 2, "bytes_per_second": 3, "message": ""}}}]}
 * }</pre>
 *
 * <p>A server that does not know the command gives no detail; everything else works without it.
 *
 * @param partitions by index
 */
record LoadDetail(List<Map<String, Member>> partitions) {
    private static final Logger LOG = LoggerFactory.getLogger(LoadDetail.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String COMMAND = "meta.bulk-load-progress";

    /** What one member of a partition reported last. */
    record Member(String phase, long bytesDone, long bytesTotal, long bytesPerSecond, String message) {}

    /** Asks the leader; empty if it has nothing to tell. */
    static Optional<LoadDetail> ask(AdminClient admin, String app) {
        try {
            String leader = admin.clusterInfo().getOrDefault("primary_meta_server", "");
            return leader.isEmpty()
                    ? Optional.empty()
                    : parse(admin.remoteCommand(HostPort.parse(leader), COMMAND, List.of(app)));
        } catch (ClientException | IllegalArgumentException e) {
            LOG.debug("No detail of the load of app '{}'", app, e);
            return Optional.empty();
        }
    }

    static Optional<LoadDetail> parse(String text) {
        if (!text.startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonNode root = JSON.readTree(text);
            if (!root.has("partitions")) {
                return Optional.empty();
            }
            List<Map<String, Member>> partitions = new ArrayList<>();
            for (JsonNode partition : root.path("partitions")) {
                Map<String, Member> members = new TreeMap<>();
                partition
                        .path("members")
                        .properties()
                        .forEach(member -> members.put(member.getKey(), member(member.getValue())));
                partitions.add(members);
            }
            return Optional.of(new LoadDetail(partitions));
        } catch (JsonProcessingException e) {
            LOG.debug("Not JSON: {}", text, e);
            return Optional.empty();
        }
    }

    long bytesDone() {
        return members().mapToLong(Member::bytesDone).sum();
    }

    long bytesTotal() {
        return members().mapToLong(Member::bytesTotal).sum();
    }

    Map<String, Member> members(int partitionIndex) {
        return partitionIndex < partitions.size() ? partitions.get(partitionIndex) : Map.of();
    }

    private Stream<Member> members() {
        return partitions.stream().flatMap(partition -> partition.values().stream());
    }

    private static Member member(JsonNode json) {
        return new Member(
                json.path("phase").asText(""),
                json.path("bytes_done").asLong(),
                json.path("bytes_total").asLong(),
                json.path("bytes_per_second").asLong(),
                json.path("message").asText(""));
    }
}
