package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads of a set that lies on the disk of the replicas, which may link its files. */
class LinkedLoadTest {
    private static final int PARTITIONS = 2;
    private static final int ROWS = 500;

    @TempDir
    Path directory;

    /** B.3: the engine has the files of the first load still, under the same inodes, and must take them over once more. */
    @Test
    void theSameSetIsLoadedAgainOverWhatWasWrittenMeanwhile() throws Exception {
        String app = "linked";
        try (LoadCluster cluster =
                new LoadCluster(directory, Map.of("replication.bulk_load_link_local_files", "true"))) {
            cluster.create(app, PARTITIONS);
            cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
            cluster.start(app, LoadMode.MERGE);
            cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
            assertThat(linkedFiles()).isNotEmpty();

            cluster.put(app, LoadCluster.key(1), "own");
            cluster.delete(app, LoadCluster.key(2));
            cluster.start(app, LoadMode.MERGE);
            cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);

            assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("loaded-1");
            assertThat(cluster.get(app, LoadCluster.key(2))).isEqualTo("loaded-2");
            assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
        }
    }

    private List<Path> linkedFiles() throws Exception {
        try (Stream<Path> files = Files.walk(directory.resolve("sets"))) {
            return files.filter(path -> path.toString().endsWith(".sst") && names(path) > 1)
                    .toList();
        }
    }

    private static int names(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:nlink");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
