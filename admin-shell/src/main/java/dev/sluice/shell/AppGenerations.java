package dev.sluice.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.client.AdminClient;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The generations of rows that an app's primaries keep.
 *
 * @param partitions by index: what that partition keeps, by id
 */
record AppGenerations(String app, SortedMap<Integer, SortedMap<Long, Generation>> partitions) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One generation of one partition.
     *
     * @param writes rows written since it became current; 0 if it is not
     */
    record Generation(boolean current, long writes) {}

    /** Asks every primary; {@link ShellFailure} if one of them cannot be asked or does not answer so. */
    static AppGenerations ask(AdminClient admin, String app) {
        QueryConfigResponse config = admin.queryConfig(app);
        SortedMap<Integer, SortedMap<Long, Generation>> found = new TreeMap<>();
        Map<HostPort, JsonNode> answers = new TreeMap<>();
        for (PartitionConfiguration partition : config.getPartitions()) {
            int index = Wire.gpid(partition.getPid()).partitionIndex();
            HostPort primary = Wire.find(partition.getPrimary())
                    .orElseThrow(() -> new ShellFailure("partition " + config.getAppId() + "." + index
                            + " has no primary: what it keeps is not known, try again when it has one"));
            JsonNode answer = answers.computeIfAbsent(primary, server -> ask(admin, server, config.getAppId()));
            String gpid = config.getAppId() + "." + index;
            SortedMap<Long, Generation> kept = new TreeMap<>();
            for (JsonNode replica : answer) {
                if (replica.path("gpid").asText().equals(gpid)) {
                    for (JsonNode each : replica.path("generations")) {
                        kept.put(
                                each.path("id").asLong(),
                                new Generation(
                                        each.path("current").asBoolean(),
                                        each.path("writes").asLong()));
                    }
                }
            }
            if (kept.isEmpty()) {
                throw new ShellFailure(
                        primary + " says nothing of partition " + gpid + "; it may be moving, try again");
            }
            found.put(index, kept);
        }
        return new AppGenerations(app, found);
    }

    private static JsonNode ask(AdminClient admin, HostPort server, int appId) {
        String answer = admin.remoteCommand(server, "replica.generations", List.of(Integer.toString(appId)));
        try {
            return JSON.readTree(answer);
        } catch (JsonProcessingException e) {
            throw new ShellFailure(server + " answered to replica.generations: " + answer);
        }
    }

    /** The newest generation that every partition keeps, and none has as its current one; {@link ShellFailure} if there is none. */
    long newestToGoBackTo() {
        TreeSet<Long> common = new TreeSet<>(everywhere());
        partitions
                .values()
                .forEach(kept -> kept.forEach((id, generation) -> {
                    if (generation.current()) {
                        common.remove(id);
                    }
                }));
        if (common.isEmpty()) {
            throw new ShellFailure("no partition-wide generation of app '" + app + "' is kept beside the current one: "
                    + "there is nothing to roll back to (loads of mode replace make one, kept by count and age)");
        }
        return common.last();
    }

    /** {@link ShellFailure} if a partition does not keep that generation. */
    void requireKept(long id) {
        if (!everywhere().contains(id)) {
            throw new ShellFailure("generation " + id + " is not kept by every partition of app '" + app
                    + "', expected one of " + everywhere());
        }
    }

    /** Rows written to the current generation since it became that, in all partitions that another one would hide. */
    long writesHiddenBy(long id) {
        return partitions.values().stream()
                .flatMap(kept -> kept.entrySet().stream())
                .filter(each -> each.getValue().current() && each.getKey() != id)
                .mapToLong(each -> each.getValue().writes())
                .sum();
    }

    private TreeSet<Long> everywhere() {
        TreeSet<Long> common = new TreeSet<>();
        partitions.values().forEach(kept -> common.addAll(kept.keySet()));
        partitions.values().forEach(kept -> common.retainAll(kept.keySet()));
        return common;
    }
}
