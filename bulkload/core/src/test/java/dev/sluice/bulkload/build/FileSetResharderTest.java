package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.bulkload.store.testing.StoreFault;
import dev.sluice.bulkload.transfer.PartitionCopies;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSetResharderTest {
    private static final long NOW_WALL_MS = 1_800_000_000_000L;
    private static final FileSetLocation OLD = new FileSetLocation("old", "c", "app");
    private static final FileSetLocation NEW = new FileSetLocation("new", "c", "app");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"4, 8", "8, 4", "4, 6", "7, 8", "1, 5", "5, 1", "4, 4"})
    void everyRowIsWhereItBelongsAndNoneIsLost(int before, int after) throws Exception {
        List<Row> rows = rows(500);
        try (LocalBlockStore store = LocalBlockStore.below(directory)) {
            FileSetSource source = build(rows, before, store);
            try (PartitionCopies copies = copies(source)) {
                BuildResult result = new FileSetResharder(source, copies, store, NEW, options(after))
                        .reshard(new StopSignal(), progress -> {});
                assertThat(result.rows()).isEqualTo(rows.size());
            }
        }
        assertThat(BuiltSets.read(directory, NEW, NOW_WALL_MS)).isEqualTo(BuiltSets.model(rows, after, NOW_WALL_MS));
        assertThat(directory.resolve("temporary")).isEmptyDirectory();
    }

    /** From a store that is not on this machine, and into one. */
    @Test
    void filesOfAFarStoreAreCopiedAndTheCopiesGoAgain() throws Exception {
        List<Row> rows = rows(100);
        InMemoryBlockStore store = new InMemoryBlockStore();
        FileSetSource source = build(rows, 4, store);
        try (PartitionCopies copies = copies(source)) {
            new FileSetResharder(source, copies, store, NEW, options(2)).reshard(new StopSignal(), progress -> {});
        }
        FileSetSource result = new FileSetSource(store, NEW);
        BulkLoadInfo info = result.readInfo();
        assertThat(result.readManifest(info, 0).rows().orElseThrow()
                        + result.readManifest(info, 1).rows().orElseThrow())
                .isEqualTo(rows.size());
        assertThat(directory.resolve("copies")).isEmptyDirectory();
    }

    @Test
    void whatFailsLeavesNothingOfTheNewSet() throws Exception {
        InMemoryBlockStore store = new InMemoryBlockStore();
        FileSetSource source = build(rows(100), 4, store);
        Manifest last = source.partition(3).readManifest();
        store.failReads(OLD.filePath(3, last.files().get(0).name()), StoreFault.DENIED);
        try (PartitionCopies copies = copies(source)) {
            assertThatThrownBy(() -> new FileSetResharder(source, copies, store, NEW, options(8))
                            .reshard(new StopSignal(), progress -> {}))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("permission denied");
        }
        assertThat(store.list("new")).isEmpty();
        assertThat(directory.resolve("temporary")).isEmptyDirectory();
    }

    private PartitionCopies copies(FileSetSource source) {
        return new PartitionCopies(source, new LocalFileSystem(), directory.resolve("copies"), new SystemClock());
    }

    private FileSetSource build(List<Row> rows, int partitions, BlockStore store) throws Exception {
        Files.createDirectories(directory.resolve("temporary"));
        new FileSetBuilder(store, OLD, options(partitions))
                .build(BuiltSets.source(rows), new StopSignal(), progress -> {});
        return new FileSetSource(store, OLD);
    }

    private BuildOptions options(int partitions) {
        return BuildOptions.of(new BulkLoadInfo(0, "app", partitions), directory.resolve("temporary"), NOW_WALL_MS)
                .withSst(new SstOptions(2_000, SstOptions.Compression.NONE));
    }

    private static List<Row> rows(int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new Row(
                    ("key" + i).getBytes(UTF_8), ("s" + i).getBytes(UTF_8), ("value " + i).getBytes(UTF_8), i % 3));
        }
        return rows;
    }
}
