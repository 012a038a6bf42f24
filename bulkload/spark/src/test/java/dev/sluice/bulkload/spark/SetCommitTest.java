package dev.sluice.bulkload.spark;

import static dev.sluice.bulkload.spark.WrittenSet.LOCATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.sst.SstOptions.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files stay, and which go. */
class SetCommitTest {
    private static final String JOB = "job2-";
    private static final WriteOptions OPTIONS = new WriteOptions(2, "orders", 0, 1024, Compression.LZ4, "");

    @TempDir
    private Path root;

    @BeforeEach
    void anOlderSetAndFilesOfAttempts() throws IOException {
        put("0/job1-1-00001.sst");
        put("3/job1-2-00001.sst");
        try (SetCommit older =
                new SetCommit(set(), "job1-", new WriteOptions(4, "orders", 0, 1, Compression.LZ4, ""), true)) {
            older.publish(Map.of(0, written(0, "job1-1-00001.sst"), 3, written(3, "job1-2-00001.sst")));
        }
        put("0/job2-7-00001.sst");
        put("0/job2-8-00001.sst");
        put("1/job2-9-00001.sst");
        put("0/of-somebody-else");
    }

    @Test
    void whatNoManifestOfTheNewSetNamesGoes() throws IOException {
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, false)) {
            commit.publish(Map.of(0, written(0, "job2-8-00001.sst")));
        }
        assertThat(WrittenSet.names(root))
                .containsExactly(
                        "0/bulk_load_metadata",
                        "0/job2-8-00001.sst",
                        "0/of-somebody-else",
                        "1/bulk_load_metadata",
                        "bulk_load_info");
    }

    @Test
    void aJobThatPublishesNothingTakesItsFilesBack() throws IOException {
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, false)) {
            assertThat(commit).isNotNull();
        }
        assertOlderSetIsAlone();
    }

    @Test
    void aSetThatCameWhileAJobWithoutOverwriteRanStays() throws IOException {
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, true)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, written(0, "job2-8-00001.sst"))))
                    .hasMessageContaining("somebody else wrote the set while this job was running");
        }
        assertOlderSetIsAlone();
    }

    @Test
    void tooManyFilesAreRefusedWhileTheOlderSetIsWhole() throws IOException {
        List<SstFile> files = java.util.stream.IntStream.rangeClosed(0, Manifest.FILES_MAX)
                .mapToObj(i -> new SstFile(new SstFileName(JOB + i), 1, ""))
                .toList();
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, false)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, new WrittenPartition(0, new Manifest(files), 1, 0))))
                    .hasMessageContaining("option fileSize must be larger");
        }
        assertOlderSetIsAlone();
    }

    private void assertOlderSetIsAlone() throws IOException {
        assertThat(WrittenSet.names(root))
                .containsExactly(
                        "0/bulk_load_metadata",
                        "0/job1-1-00001.sst",
                        "0/of-somebody-else",
                        "1/bulk_load_metadata",
                        "2/bulk_load_metadata",
                        "3/bulk_load_metadata",
                        "3/job1-2-00001.sst",
                        "bulk_load_info");
    }

    private static WrittenPartition written(int partition, String file) {
        return new WrittenPartition(partition, new Manifest(List.of(new SstFile(new SstFileName(file), 1, ""))), 1, 0);
    }

    private void put(String name) throws IOException {
        Path file = root.resolve(LOCATION.directory()).resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[1]);
    }

    private SetDirectory set() throws IOException {
        return SetDirectory.of("file:" + root.resolve(LOCATION.directory()), new Configuration());
    }
}
