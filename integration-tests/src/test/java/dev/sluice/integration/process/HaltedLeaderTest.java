package dev.sluice.integration.process;

import static dev.sluice.integration.process.ProcessCluster.APP;
import static dev.sluice.integration.process.ProcessCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.ClientException;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * B.2, B.9: the meta server ends as by kill -9 before and after each durable step of a load, at one point in each load; started
 * again, it finds what the journal says, and the load ends well.
 */
final class HaltedLeaderTest {
    private static final Logger LOG = LoggerFactory.getLogger(HaltedLeaderTest.class);
    private static final int PARTITIONS = 2;
    private static final String FAULT_POINT = "meta.fault-point";
    private static final String BEFORE_MANIFESTS = "load.before-pin-manifests";

    /** A load goes by itself from one to the other. */
    private static final List<String> BY_ITSELF =
            List.of("start", "pin-manifests", "note-staged", "publish", "decide-result", "end");
    /** An operator asks for a pause first, or for a restart after one. */
    private static final List<String> OF_A_PAUSE = List.of("ask-pause", "pause", "restart");

    private static final String CLEAR = "clear";

    @TempDir
    private Path directory;

    @Test
    void aLeaderThatHaltsAtAStepOfALoadFindsItsWayFromTheJournal() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(
                directory, PARTITIONS, Map.of("meta_server.allow_fault_points", "true"), ProcessCluster.CLIENT)) {
            List<String> points = new ArrayList<>();
            for (List<String> steps : List.of(BY_ITSELF, OF_A_PAUSE, List.of(CLEAR))) {
                for (String step : steps) {
                    points.add("load.before-" + step);
                    points.add("load.after-" + step);
                }
            }
            assertThat(points).hasSameElementsAs(known(cluster));
            for (int number = 0; number < points.size(); number++) {
                loadWithAHalt(cluster, number, points.get(number));
            }
        }
    }

    private void loadWithAHalt(ProcessCluster cluster, int number, String point) throws Exception {
        String step = point.replaceFirst("load\\.(before|after)-", "");
        LoadSource source = cluster.buildFileSet("store-" + number, new RowsOfALoad(number, 1));
        assertThat(findRow(cluster, number)).as("before the load").isEmpty();
        set(cluster, point, "halt");
        List<CompletableFuture<Void>> asked = new ArrayList<>();
        boolean pauses = OF_A_PAUSE.contains(step);
        if (pauses) {
            set(cluster, BEFORE_MANIFESTS, "hold"); // so that the pause does not come too late
        }
        if (BY_ITSELF.contains(step)) {
            asked.add(ask(() -> cluster.admin().startBulkLoad(source)));
        } else {
            cluster.admin().startBulkLoad(source);
        }
        if (pauses) {
            asked.add(ask(() -> cluster.admin().controlBulkLoad(APP, BulkLoadControlType.BLC_PAUSE)));
        }
        if (step.equals("restart")) {
            cluster.awaitStatus(status -> status.status() == BulkLoadStatus.BLS_PAUSED);
            asked.add(ask(() -> cluster.admin().controlBulkLoad(APP, BulkLoadControlType.BLC_RESTART)));
        }
        if (step.equals(CLEAR)) {
            cluster.awaitStatus(LoadStatus::isEnded);
            asked.add(
                    ask(() -> cluster.admin().clearBulkLoad(APP))); // the client goes on asking until it has an answer
        }

        awaitHalted(cluster, point);
        assertThat(findRow(cluster, number).isPresent())
                .as("%s: the row is there while no leader is", point)
                .isEqualTo(Set.of("decide-result", "end", CLEAR).contains(step));
        cluster.processes().startMetaServer(0);

        awaitTheEnd(cluster, point, source);
        assertThat(findRow(cluster, number)).as(point).hasValue(RowsOfALoad.VALUE);
        assertThat(cluster.awaitEqualReplicas().rows()).as(point).isEqualTo(number + 1L);
        cluster.awaitNothingStaged();
        asked.forEach(CompletableFuture::join);
    }

    private static Optional<byte[]> findRow(ProcessCluster cluster, int number) {
        return cluster.client()
                .table(APP)
                .get(RowsOfALoad.key(number, 0), bytes(""))
                .join();
    }

    /** Asks for what was not recorded before the halt once more, until the load has ended. */
    private static void awaitTheEnd(ProcessCluster cluster, String point, LoadSource source) {
        if (point.equals("load.before-start")) {
            assertThat(cluster.awaitStatus(status -> true).loading()).as(point).isFalse();
            cluster.admin().startBulkLoad(source);
        }
        await(point)
                .atMost(ProcessCluster.PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .ignoreException(ClientException.class)
                .until(() -> {
                    LoadStatus status = cluster.admin().queryBulkLoad(APP);
                    if (status.status() == BulkLoadStatus.BLS_PAUSED) {
                        cluster.admin().controlBulkLoad(APP, BulkLoadControlType.BLC_RESTART);
                    }
                    if (point.equals("load.before-clear") && status.status() == BulkLoadStatus.BLS_SUCCEED) {
                        cluster.admin().clearBulkLoad(APP);
                    }
                    return status.isEnded()
                            && status.status()
                                    == (point.endsWith(CLEAR)
                                            ? BulkLoadStatus.BLS_INVALID
                                            : BulkLoadStatus.BLS_SUCCEED);
                });
    }

    private static void awaitHalted(ProcessCluster cluster, String point) throws Exception {
        assertThat(cluster.processes().awaitMetaServerEnd(0, ProcessCluster.PATIENCE))
                .as(point)
                .isEqualTo(137);
        Path log = cluster.layout().directory().resolve("meta-1.log");
        assertThat(Files.readString(log)).contains("Fault point " + point + ": the process halts");
    }

    /** What is asked for here may get no answer: the leader halts on it. */
    private static CompletableFuture<Void> ask(Runnable question) {
        return CompletableFuture.runAsync(question).exceptionally(failure -> {
            LOG.info("No answer, or a refusal", failure);
            return null;
        });
    }

    private static Set<String> known(ProcessCluster cluster) {
        String answer =
                cluster.admin().remoteCommand(cluster.layout().metaServers().get(0), FAULT_POINT, List.of());
        return Pattern.compile("load\\.[a-z-]+")
                .matcher(answer)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    private static void set(ProcessCluster cluster, String point, String action) {
        HostPort leader = cluster.layout().metaServers().get(0);
        cluster.command(leader, FAULT_POINT, point, action);
    }
}
