package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loads of sets with more files than an engine should take in at once. */
class RepackedLoadTest {
    private static final int PARTITIONS = 2;
    private static final int ROWS = 10_000;
    private static final int FILES_MAX = 3;

    @TempDir
    Path directory;

    /** B.15: what the engines take in is not what the set has; the rows are. */
    @ParameterizedTest
    @EnumSource(names = {"MERGE", "REPLACE"})
    void aSetOfManyFilesComesInAsFew(LoadMode mode) throws Exception {
        String app = "repacked";
        try (LoadCluster cluster = new LoadCluster(
                directory, Map.of("replication.bulk_load_repack_above_files", Integer.toString(FILES_MAX)))) {
            cluster.create(app, PARTITIONS);
            cluster.put(app, LoadCluster.key(1), "own");
            cluster.buildSet(app, PARTITIONS, ROWS, "loaded-", new SstOptions(512, SstOptions.Compression.NONE));
            int filesOfSet = tables(directory.resolve("sets")).size();
            cluster.start(app, mode);
            cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);

            assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("loaded-1");
            assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
            assertThat(filesOfSet).isGreaterThan(5 * PARTITIONS * FILES_MAX);
            List<Path> taken = tables(directory).stream()
                    .filter(path -> !path.startsWith(directory.resolve("sets")))
                    .toList();
            assertThat(taken).isNotEmpty().hasSizeLessThan(LoadCluster.REPLICA_SERVERS * filesOfSet / 4);
        }
    }

    private static List<Path> tables(Path below) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(path -> path.toString().endsWith(".sst")).toList();
        }
    }
}
