package dev.sluice.benchmarks.load;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Going back to the rows that a replacement has replaced, and giving up those that it brought.
 *
 * @param seconds from the request to SUCCEED
 * @param bytesWithBoth that all servers held on disk with both generations
 * @param bytesAfter and once the one that is not current was dropped
 */
record Rollback(double seconds, long bytesWithBoth, long bytesAfter) {
    private static final String GENERATIONS = "replica.generations";
    private static final Pattern GENERATION = Pattern.compile("\\{\"id\":(\\d+),\"current\":(true|false)");
    private static final long POLL_MS = 2;
    private static final long DROP_SECONDS_MAX = 60;

    static Rollback run(Cluster cluster, String app, int appId, StopSignal stop) throws IOException, StoppedException {
        Set<Long> others = new HashSet<>();
        for (HostPort server : cluster.replicaServers()) {
            others.addAll(othersOn(cluster, server, appId));
        }
        long target = others.stream()
                .max(Long::compare)
                .orElseThrow(() -> new IllegalStateException("app '" + app + "' keeps no other generation"));
        long withBoth = cluster.bytesOnDisk();
        long start = System.nanoTime();
        cluster.admin().rollbackBulkLoad(app, target);
        LoadStatus status = cluster.admin().queryBulkLoad(app);
        while (status.status() != BulkLoadStatus.BLS_SUCCEED) {
            if (status.isEnded()) {
                throw new IllegalStateException("the rollback ended with " + status.status() + ": " + status.hint());
            }
            stop.sleep(POLL_MS);
            status = cluster.admin().queryBulkLoad(app);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        cluster.admin().setAppEnvs(app, Map.of("replica.bulk_load_generations_kept", "0"));
        awaitDropped(cluster, app, appId, stop);
        return new Rollback(seconds, withBoth, cluster.bytesOnDisk());
    }

    private static void awaitDropped(Cluster cluster, String app, int appId, StopSignal stop) throws StoppedException {
        long end = System.nanoTime() + DROP_SECONDS_MAX * 1_000_000_000L;
        for (HostPort server : cluster.replicaServers()) {
            while (!othersOn(cluster, server, appId).isEmpty()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException(
                            server + " keeps an old generation of app '" + app + "' for " + DROP_SECONDS_MAX + " s");
                }
                stop.sleep(10 * POLL_MS);
            }
        }
    }

    private static Set<Long> othersOn(Cluster cluster, HostPort server, int appId) {
        Set<Long> others = new HashSet<>();
        Matcher each = GENERATION.matcher(
                cluster.admin().remoteCommand(server, GENERATIONS, List.of(Integer.toString(appId))));
        while (each.find()) {
            if (each.group(2).equals("false")) {
                others.add(Long.parseLong(each.group(1)));
            }
        }
        return others;
    }

    Map<String, Object> json() {
        return Map.of("seconds", seconds, "bytes_with_both", bytesWithBoth, "bytes_after", bytesAfter);
    }
}
