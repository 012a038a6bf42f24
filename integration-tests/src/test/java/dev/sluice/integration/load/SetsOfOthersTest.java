package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.client.LoadStatus;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads of sets that somebody else made. */
class SetsOfOthersTest {
    private static final int PARTITIONS = 2;
    private static final int ROWS = 12;

    @TempDir
    Path directory;

    /**
     * B.23: a set as the Spark job of Pegasus makes it, unchanged: only the members that Pegasus has, sidecars, and files
     * written by RocksDB 8.3 with its default options.
     */
    @Test
    void theSetOfAPegasusSparkJobIsLoaded() throws Exception {
        String app = "temp";
        Path root = Path.of(Objects.requireNonNull(SetsOfOthersTest.class.getResource("/golden/pegasus-set"))
                .toURI());
        try (LoadCluster cluster = new LoadCluster(directory)) {
            cluster.create(app, PARTITIONS);
            cluster.client()
                    .admin()
                    .startBulkLoad(LoadCluster.source(app, OneboxLayout.PROVIDER, root.toString(), LoadMode.MERGE));
            cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
            for (int i = 0; i < ROWS; i++) {
                byte[] value = cluster.client()
                        .table(app)
                        .get(("user_" + i).getBytes(StandardCharsets.UTF_8), "field".getBytes(StandardCharsets.UTF_8))
                        .get(20, TimeUnit.SECONDS)
                        .orElseThrow();
                assertThat(new String(value, StandardCharsets.UTF_8)).isEqualTo("value_" + i);
            }
            assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
        }
    }

    /** Replicas with a public key take what its owner signed and nothing else. */
    @Test
    void onlyASignedSetIsLoadedWhereAPublicKeyIsConfigured() throws Exception {
        String app = "signed";
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String publicKey = Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
        try (LoadCluster cluster = new LoadCluster(directory, Map.of("replication.bulk_load_public_key", publicKey))) {
            cluster.create(app, PARTITIONS);
            cluster.buildSet(app, PARTITIONS, ROWS, "stranger-");
            cluster.start(app);
            LoadStatus refused = cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED);
            assertThat(refused.toString()).contains("bulk_load_info: is not signed");
            assertThat(cluster.get(app, LoadCluster.key(1))).isNull();

            BuildOptions options = BuildOptions.of(
                            new BulkLoadInfo(0, app, PARTITIONS), directory.resolve("tmp"), 1_700_000_000_000L)
                    .withSigningKey(keys.getPrivate());
            FileSetLocation location =
                    new FileSetLocation(directory.resolve("sets").toString(), "c", app);
            LoadCluster.buildSet(LocalBlockStore.ofAbsolutePaths(), location, options, ROWS, "owner-");
            cluster.start(app);
            cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
            assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("owner-1");

            // A manifest of another build beside a description that is signed.
            Path description = cluster.fileSet(app).resolve("bulk_load_info");
            byte[] signed = Files.readAllBytes(description);
            cluster.buildSet(app, PARTITIONS, ROWS, "stranger-");
            Files.write(description, signed);
            cluster.start(app);
            assertThat(cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED).toString())
                    .contains("is not the one that bulk_load_info was written for");
            assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("owner-1");
        }
    }

    /** A set that was put together from two builds, as a reader sees it whom a build overtakes: the leader finds it. */
    @Test
    void manifestsOfAnotherBuildThanTheDescriptionFailTheLoad() throws Exception {
        String app = "mixed";
        try (LoadCluster cluster = new LoadCluster(directory)) {
            cluster.create(app, PARTITIONS);
            cluster.buildSet(app, PARTITIONS, ROWS, "old-");
            Path description = cluster.fileSet(app).resolve("bulk_load_info");
            byte[] old = Files.readAllBytes(description);
            cluster.buildSet(app, PARTITIONS, ROWS, "new-");
            Files.write(description, old);
            cluster.start(app);
            assertThat(cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED).toString())
                    .contains("is not the one that bulk_load_info was written for");
            assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isZero();
        }
    }
}
