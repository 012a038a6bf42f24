package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.hdfs.HdfsServer;
import dev.sluice.bulkload.s3.S3Server;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.client.ClientException;
import dev.sluice.client.LoadStatus;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.16: whole loads from stores that are servers of their own, which are killed and come back meanwhile. */
class FarStoreLoadTest {
    private static final String APP = "far";
    private static final String ROOT = "sets";
    private static final int PARTITIONS = 2;
    private static final int ROWS = 20_000;

    @TempDir
    Path directory;

    @Test
    void aSetIsLoadedFromS3ThoughTheServerIsKilledInBetween() throws Exception {
        try (S3Server server = S3Server.start(directory.resolve("server"))) {
            server.createBucket("bucket");
            BlockService service =
                    new BlockService("mine", "s3_service", args(server.args("bucket"), "timeout_ms=5000"));
            loadThroughARestart(service, server::kill, server::restart);
        }
    }

    @Test
    void aSetIsLoadedFromHdfsThoughTheDataNodeIsStoppedInBetween() throws Exception {
        try (HdfsServer server = new HdfsServer(directory.resolve("server"))) {
            BlockService service = new BlockService(
                    "mine", "hdfs_service", List.of("127.0.0.1:" + server.port(), "/", "timeout_ms=5000"));
            loadThroughARestart(service, server::stopDataNode, server::startDataNode);
        }
    }

    /** One clear line, before anything is moved. */
    @Test
    void aBucketThatIsNotThereIsToldAtADryRunAndAtTheStart() throws Exception {
        try (S3Server server = S3Server.start(directory.resolve("server"));
                LoadCluster cluster = cluster(new BlockService("mine", "s3_service", server.args("no-such-bucket")))) {
            cluster.create(APP, PARTITIONS);
            var source = LoadCluster.source(APP, "mine", ROOT, LoadMode.MERGE);
            assertThatThrownBy(() -> cluster.client().admin().forecastBulkLoad(source))
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("no-such-bucket")
                    .hasMessageNotContaining(S3Server.SECRET_ACCESS_KEY);
            assertThatThrownBy(() -> cluster.client().admin().startBulkLoad(source))
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("no-such-bucket");
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    private void loadThroughARestart(BlockService service, Action stop, Action start) throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        try (BlockStores stores = new BlockStores(List.of(service))) {
            BuildOptions options = BuildOptions.of(new BulkLoadInfo(0, APP, PARTITIONS), temporary, 1_700_000_000_000L)
                    .withSst(new SstOptions(64 * 1024, SstOptions.Compression.NONE));
            LoadCluster.buildSet(
                    stores.require(service.name()), new FileSetLocation(ROOT, "c", APP), options, ROWS, "loaded-");
        }
        try (LoadCluster cluster = cluster(service)) {
            cluster.create(APP, PARTITIONS);
            var source = LoadCluster.source(APP, service.name(), ROOT, LoadMode.MERGE);
            assertThat(cluster.client().admin().forecastBulkLoad(source)).contains("files");
            cluster.limitBytesPerSecond(50_000);
            cluster.client().admin().startBulkLoad(source);
            cluster.awaitStatus(APP, FarStoreLoadTest::hasBegun);
            stop.run();
            cluster.limitBytesPerSecond(0);
            assertThat(cluster.query(APP).isEnded()).isFalse();
            start.run();
            cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
            assertThat(cluster.get(APP, LoadCluster.key(1))).isEqualTo("loaded-1");
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
        }
    }

    private LoadCluster cluster(BlockService service) throws IOException {
        String section = "block_service." + service.name() + ".";
        return new LoadCluster(
                directory,
                Map.of(section + "type", service.type(), section + "args", String.join(" ", service.args())));
    }

    private static boolean hasBegun(LoadStatus load) {
        return load.partitions().stream().anyMatch(partition -> partition.downloadPercent(3) > 0);
    }

    private static List<String> args(List<String> args, String more) {
        List<String> all = new ArrayList<>(args);
        all.add(more);
        return all;
    }
}
