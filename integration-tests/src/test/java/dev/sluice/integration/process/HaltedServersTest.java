package dev.sluice.integration.process;

import static dev.sluice.integration.process.ProcessCluster.REPLICAS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.2, B.9: servers end as by kill -9 at the durable steps of a load, two in each load, and every load ends well. */
final class HaltedServersTest {
    private static final int PARTITIONS = 2;
    private static final int ROWS = 1_000;
    private static final String FAULT_POINT = "replica.fault-point";

    /** Points at which two different servers halt in the same load, in the order in which a load comes to them. */
    private record Halts(String first, String second) {}

    private static final List<Halts> LOADS = List.of(
            new Halts("load.before-staged", "engine.linked"),
            new Halts("load.staged", "engine.before-ingest"),
            new Halts("engine.ingested", "load.before-delete"),
            new Halts("engine.token-written", "load.deleted"));

    @TempDir
    private Path directory;

    @Test
    void serversThatHaltAtDurableStepsOfALoadComeBackAndTheLoadGoesOn() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(
                directory, PARTITIONS, Map.of("replication.allow_fault_points", "true"), ProcessCluster.CLIENT)) {
            for (int i = 0; i < LOADS.size(); i++) {
                Halts halts = LOADS.get(i);
                LoadSource source = cluster.buildFileSet("store-" + i, new RowsOfALoad(i, ROWS));
                int first = i % REPLICAS;
                int second = (i + 1) % REPLICAS;
                willHalt(cluster, first, halts.first());
                willHalt(cluster, second, halts.second());

                cluster.admin().startBulkLoad(source);
                awaitHalted(cluster, first, halts.first());
                assertThat(cluster.staged(first)).as("%s, halted", halts).isNotEmpty();
                cluster.processes().startReplicaServer(first);
                awaitHalted(cluster, second, halts.second());
                cluster.processes().startReplicaServer(second);

                LoadStatus ended = cluster.awaitStatus(LoadStatus::isEnded);
                assertThat(ended.status()).as("%s: %s", halts, ended.hint()).isEqualTo(BulkLoadStatus.BLS_SUCCEED);
                assertThat(cluster.awaitEqualReplicas().rows()).as("%s", halts).isEqualTo((i + 1L) * ROWS);
                cluster.awaitNothingStaged();
            }
        }
    }

    private static void willHalt(ProcessCluster cluster, int server, String point) {
        HostPort address = cluster.layout().replicaServers().get(server);
        cluster.command(address, FAULT_POINT, point, "halt");
    }

    private static void awaitHalted(ProcessCluster cluster, int server, String point) throws Exception {
        assertThat(cluster.processes().awaitReplicaServerEnd(server, ProcessCluster.PATIENCE))
                .as(point)
                .isEqualTo(137);
        Path log = cluster.layout().directory().resolve("replica-" + (server + 1) + ".log");
        assertThat(Files.readString(log)).contains("Fault point " + point + ": the process halts");
    }
}
