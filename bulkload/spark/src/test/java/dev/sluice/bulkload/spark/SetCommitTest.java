package dev.sluice.bulkload.spark;

import static dev.sluice.bulkload.spark.WrittenSet.LOCATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.sst.SstOptions.Compression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files stay, and which go. */
class SetCommitTest {
    private static final String JOB = "job2-";
    private static final WriteOptions OPTIONS = new WriteOptions(2, "orders", 0, 1024, Compression.LZ4, "", "");

    @TempDir
    private Path root;

    @BeforeEach
    void anOlderSetAndFilesOfAttempts() throws IOException {
        put("0/job1-1-00001.sst");
        put("3/job1-2-00001.sst");
        try (SetCommit older = new SetCommit(
                set(), "job1-", new WriteOptions(4, "orders", 0, 1, Compression.LZ4, "", ""), Optional.empty(), true)) {
            older.publish(Map.of(0, written(0, "job1-1-00001.sst"), 3, written(3, "job1-2-00001.sst")));
        }
        put("0/job2-7-00001.sst");
        put("0/job2-8-00001.sst");
        put("1/job2-9-00001.sst");
        put("0/of-somebody-else");
    }

    @AfterEach
    void heal() {
        FaultyFileSystem.heal();
    }

    @Test
    void whatNoManifestOfTheNewSetNamesGoes() throws IOException {
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, Optional.empty(), false)) {
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
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, Optional.empty(), false)) {
            assertThat(commit).isNotNull();
        }
        assertOlderSetIsAlone();
    }

    @Test
    void aSetThatCameWhileAJobWithoutOverwriteRanStays() throws IOException {
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, Optional.empty(), true)) {
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
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, Optional.empty(), false)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, new WrittenPartition(0, new Manifest(files), 1, 0))))
                    .hasMessageContaining("option fileSize must be larger");
        }
        assertOlderSetIsAlone();
    }

    @ParameterizedTest
    @ValueSource(strings = {FileSetLocation.INFO_NAME, FileSetLocation.MANIFEST_NAME})
    void anOlderSetThatCannotBeReadJustNowStays(String name) throws Exception {
        BulkLoadInfo info = set().readInfo();
        Manifest manifest = set().readManifest(info, 0);
        AtomicInteger reads = new AtomicInteger();
        FaultyFileSystem.failOnOpen(file -> file.getName().equals(name) && reads.incrementAndGet() == 1);
        try (SetCommit commit = new SetCommit(faultySet(), JOB, OPTIONS, Optional.empty(), false)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, written(0, "job2-8-00001.sst"))))
                    .hasMessageContaining(name + ": the test lets this fail");
        }
        assertOlderSetIsAlone();
        assertThat(set().readInfo()).isEqualTo(info);
        assertThat(set().readManifest(info, 0)).isEqualTo(manifest);
    }

    @Test
    void anOlderSetThatIsDamagedIsReplaced() throws IOException {
        put(FileSetLocation.INFO_NAME);
        put("0/" + FileSetLocation.MANIFEST_NAME);
        try (SetCommit commit = new SetCommit(set(), JOB, OPTIONS, Optional.empty(), false)) {
            commit.publish(Map.of(0, written(0, "job2-8-00001.sst")));
        }
        assertThat(set().readManifest(set().readInfo(), 0).files()).hasSize(1);
    }

    @Test
    void aDescriptionThatAnotherJobWroteFirstStays() throws IOException {
        BulkLoadInfo others = new BulkLoadInfo(7, "others", 2);
        AtomicInteger writes = new AtomicInteger();
        FaultyFileSystem.failOn(file -> {
            if (file.getName().startsWith(JOB) && writes.incrementAndGet() == 1) {
                write(FileSetLocation.INFO_NAME, others.toJson());
            }
            return false;
        });
        try (SetCommit commit = new SetCommit(faultySet(), JOB, OPTIONS, Optional.empty(), false)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, written(0, "job2-8-00001.sst"))))
                    .hasMessageContaining("bulk_load_info: somebody else wrote it meanwhile");
        }
        assertThat(set().readInfo()).isEqualTo(others);
        assertThat(WrittenSet.names(root)).noneMatch(name -> name.contains(JOB));
    }

    @Test
    void aDescriptionThatAnotherJobReplacedIsNoticedAndStays() throws IOException {
        BulkLoadInfo others = new BulkLoadInfo(7, "others", 2);
        AtomicInteger reads = new AtomicInteger();
        FaultyFileSystem.failOnOpen(file -> {
            // The first time it is the older one that is read.
            if (file.getName().equals(FileSetLocation.INFO_NAME) && reads.incrementAndGet() == 2) {
                write(FileSetLocation.INFO_NAME, others.toJson());
            }
            return false;
        });
        try (SetCommit commit = new SetCommit(faultySet(), JOB, OPTIONS, Optional.empty(), false)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, written(0, "job2-8-00001.sst"))))
                    .hasMessageContaining("bulk_load_info: is not what this job wrote");
        }
        assertThat(set().readInfo()).isEqualTo(others);
    }

    @Test
    void aManifestThatAnotherJobReplacedIsNoticedAndStays() throws IOException {
        Manifest others = written(0, "job3-1-00001.sst").manifest();
        AtomicInteger writes = new AtomicInteger();
        FaultyFileSystem.failOn(file -> {
            if (file.getName().startsWith(JOB) && writes.incrementAndGet() == 1) {
                write("0/" + FileSetLocation.MANIFEST_NAME, others.toJson());
            }
            return false;
        });
        try (SetCommit commit = new SetCommit(faultySet(), JOB, OPTIONS, Optional.empty(), false)) {
            assertThatThrownBy(() -> commit.publish(Map.of(0, written(0, "job2-8-00001.sst"))))
                    .hasMessageContaining("is not the one that bulk_load_info was written for");
        }
        assertThat(set().readManifest(0)).isEqualTo(others);
        assertThat(set().isThere())
                .as("a set of manifests that do not belong together")
                .isFalse();
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

    private void put(String name) {
        write(name, new byte[1]);
    }

    private void write(String name, byte[] content) {
        Path file = root.resolve(LOCATION.directory()).resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SetDirectory set() throws IOException {
        return SetDirectory.of("file:" + root.resolve(LOCATION.directory()), new Configuration());
    }

    private SetDirectory faultySet() throws IOException {
        Configuration conf = new Configuration();
        conf.set("fs.faulty.impl", FaultyFileSystem.class.getName());
        return SetDirectory.of("faulty:" + root.resolve(LOCATION.directory()), conf);
    }
}
