package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.build.BuildProgress.Phase;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSetBuilderTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final FileSetLocation LOCATION = new FileSetLocation("sets", "onebox", "temp");
    private static final int PARTITIONS = 4;

    @TempDir
    Path directory;

    private Path root = Path.of("unset");
    private Path temporary = Path.of("unset");
    private BuildOptions options = BuildOptions.of(new BulkLoadInfo(0, "temp", PARTITIONS), temporary, NOW_MS);

    @BeforeEach
    void setUp() {
        useDirectory(directory);
    }

    private void useDirectory(Path path) {
        root = path.resolve("store");
        temporary = path.resolve("temporary");
        options = BuildOptions.of(new BulkLoadInfo(0, "temp", PARTITIONS), temporary, NOW_MS);
    }

    private BuildResult build(List<Row> rows) throws Exception {
        return build(BuiltSets.source(rows), new StopSignal(), progress -> {});
    }

    private BuildResult build(RowSource rows, StopSignal stop, Consumer<BuildProgress> listener) throws Exception {
        return new FileSetBuilder(LocalBlockStore.below(root), LOCATION, options).build(rows, stop, listener);
    }

    /** The result is what a map for each partition would hold, however little memory there is. */
    @Property(tries = 25)
    void theSetHoldsWhatANaiveModelHolds(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 4000) int count, @ForAll boolean isTiny)
            throws Exception {
        Path fresh = Files.createTempDirectory("builder-property");
        try {
            useDirectory(fresh);
            options = options.withMemoryBytesMax(isTiny ? BuildOptions.MEMORY_BYTES_MIN : 400_000)
                    .withSst(new SstOptions(20_000, SstOptions.Compression.LZ4));
            List<Row> rows = randomRows(new Random(seed), count);
            BuildResult result = build(rows);
            List<?> expected = BuiltSets.model(rows, PARTITIONS, NOW_MS);
            assertThat(BuiltSets.read(root, LOCATION, NOW_MS)).isEqualTo(expected);
            assertThat(result.rows() + result.duplicates()).isEqualTo(count);
            assertNothingTemporaryIsLeft();
        } finally {
            new dev.sluice.common.file.LocalFileSystem().deleteTree(fresh);
        }
    }

    @Test
    void ofRowsWithTheSameKeyTheLastOneStays() throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            rows.add(row("key" + i % 1000, "", "value" + i));
        }
        options = options.withMemoryBytesMax(BuildOptions.MEMORY_BYTES_MIN);
        BuildResult result = build(rows);
        assertThat(result.rows()).isEqualTo(1000);
        assertThat(result.duplicates()).isEqualTo(29_000);
        assertThat(BuiltSets.read(root, LOCATION, NOW_MS)).isEqualTo(BuiltSets.model(rows, PARTITIONS, NOW_MS));
    }

    /** B.14: partitions without rows have a manifest without files. */
    @Test
    void noRowsMakeAValidSet() throws Exception {
        BuildResult result = build(List.of());
        assertThat(result.files()).isZero();
        assertThat(result.manifests()).hasSize(PARTITIONS);
        assertThat(BuiltSets.read(root, LOCATION, NOW_MS)).hasSize(PARTITIONS);
    }

    @Test
    void ttlBecomesAnExpiry() throws Exception {
        List<Row> rows =
                List.of(new Row(bytes("a"), bytes(""), bytes("v"), 60), new Row(bytes("b"), bytes(""), bytes("v"), 0));
        build(rows);
        assertThat(BuiltSets.read(root, LOCATION, NOW_MS)).isEqualTo(BuiltSets.model(rows, PARTITIONS, NOW_MS));
    }

    @Test
    void filesEndAtTheTargetSizeAndHaveTheirMd5() throws Exception {
        options = options.withSst(new SstOptions(100_000, SstOptions.Compression.NONE));
        BuildResult result = build(randomRows(new Random(1), 20_000));
        assertThat(result.files()).isGreaterThan(PARTITIONS);
        for (int i = 0; i < PARTITIONS; i++) {
            for (SstFile file : result.manifests().get(i).files()) {
                Path path = root.resolve(LOCATION.filePath(i, file.name()));
                assertThat(file.size()).isEqualTo(Files.size(path)).isLessThan(200_000);
                assertThat(file.hasMd5()).isTrue();
                assertThat(dev.sluice.bulkload.verify.Md5.of(
                                new dev.sluice.common.file.LocalFileSystem(), path, new StopSignal()))
                        .isEqualTo(file.md5());
            }
        }
    }

    @Test
    void aSecondBuildHasOtherNamesAndLeavesNoneOfTheFirst() throws Exception {
        BuildResult first = build(randomRows(new Random(1), 1000));
        BuildResult second = build(randomRows(new Random(2), 1000));
        Set<String> names = names(first);
        names.retainAll(names(second));
        assertThat(names).isEmpty();
        for (int i = 0; i < PARTITIONS; i++) {
            Manifest manifest = second.manifests().get(i);
            List<String> expected = new ArrayList<>(
                    manifest.files().stream().map(file -> file.name().value()).toList());
            expected.add("bulk_load_metadata");
            try (LocalBlockStore store = LocalBlockStore.below(root)) {
                assertThat(store.list(LOCATION.partitionPath(i))).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    @Test
    void sidecarsAreWrittenForEveryFileOnRequest() throws Exception {
        options = options.withSidecars(true);
        BuildResult result = build(randomRows(new Random(1), 100));
        Path app = root.resolve(LOCATION.directory());
        SstFile file = result.manifests().get(0).files().get(0);
        assertThat(app.resolve("0/." + file.name() + ".meta"))
                .hasContent("{\"md5\":\"" + file.md5() + "\",\"size\":" + file.size() + "}");
        assertThat(app.resolve(".bulk_load_info.meta")).exists();
        assertThat(app.resolve("3/.bulk_load_metadata.meta")).exists();
    }

    @Test
    void aBadRowEndsTheBuildAndLeavesTheOlderSetAlone() throws Exception {
        List<Row> good = List.of(row("a", "", "old"));
        build(good);
        RowSource bad = new RowSource() {
            private long line;

            @Override
            public @Nullable Row next() throws BadRowException {
                line++;
                throw new BadRowException(line, "is bad");
            }

            @Override
            public long line() {
                return line;
            }
        };
        assertThatThrownBy(() -> build(bad, new StopSignal(), progress -> {}))
                .isInstanceOf(BuildException.class)
                .hasMessage("1 bad rows, at most 0 may be left out: line 1: is bad");
        assertThat(BuiltSets.read(root, LOCATION, NOW_MS)).isEqualTo(BuiltSets.model(good, PARTITIONS, NOW_MS));
        assertNothingTemporaryIsLeft();
    }

    @Test
    void badRowsWithinTheBudgetAreLeftOutAndTold() throws Exception {
        options = options.withBadRowsMax(3).withMemoryBytesMax(BuildOptions.MEMORY_BYTES_MIN);
        List<Row> rows = List.of(
                row("a", "", "1"),
                new Row(new byte[65535], new byte[0], new byte[0], 0),
                row("b", "", "x".repeat(5000)),
                new Row(bytes("c"), new byte[0], new byte[0], Integer.MAX_VALUE),
                row("d", "", "2"));
        BuildResult result = build(rows);
        assertThat(result.rows()).isEqualTo(2);
        assertThat(result.badRows()).isEqualTo(3);
        assertThat(result.firstBadRows())
                .extracting(BadRow::toString)
                .satisfiesExactly(
                        one -> assertThat(one).startsWith("line 2: hash key has 65535 bytes"),
                        two -> assertThat(two).startsWith("line 3: has 5015 bytes, at most 4096"),
                        three -> assertThat(three).startsWith("line 4: ttl of 2147483647 seconds"));
    }

    @Test
    void aBuildThatIsStoppedLeavesNothing() throws Exception {
        for (Phase phase : List.of(Phase.READING, Phase.MERGING, Phase.WRITING)) {
            options = options.withMemoryBytesMax(BuildOptions.MEMORY_BYTES_MIN);
            StopSignal stop = new StopSignal();
            List<Row> rows = randomRows(new Random(1), 50_000);
            assertThatThrownBy(() -> build(BuiltSets.source(rows), stop, progress -> {
                        if (progress.phase() == phase) {
                            stop.stop();
                        }
                    }))
                    .isInstanceOf(StoppedException.class);
            assertNothingTemporaryIsLeft();
            assertNoFileInTheStore();
        }
    }

    @Test
    void aStoreThatFailsEndsTheBuild() throws Exception {
        Files.createDirectories(root);
        Files.writeString(root.resolve("sets"), "a file where a directory should be");
        assertThatThrownBy(() -> build(randomRows(new Random(1), 100))).isInstanceOf(IOException.class);
        assertNothingTemporaryIsLeft();
    }

    @Test
    void progressGrowsToTheEnd() throws Exception {
        options = options.withMemoryBytesMax(BuildOptions.MEMORY_BYTES_MIN);
        List<BuildProgress> heard = Collections.synchronizedList(new ArrayList<>());
        build(BuiltSets.source(randomRows(new Random(1), 20_000)), new StopSignal(), heard::add);
        assertThat(heard).extracting(BuildProgress::phase).isSorted().contains(Phase.values());
        assertThat(heard).extracting(BuildProgress::fraction).isSorted().endsWith(1.0);
        BuildProgress last = heard.get(heard.size() - 1);
        assertThat(last.rowsRead()).isEqualTo(20_000);
        assertThat(last.sstBytesWritten()).isPositive();
    }

    private void assertNothingTemporaryIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    private void assertNoFileInTheStore() throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> left = Files.walk(root)) {
                assertThat(left.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    private static Set<String> names(BuildResult result) {
        Set<String> names = new HashSet<>();
        result.manifests()
                .forEach(manifest ->
                        manifest.files().forEach(file -> names.add(file.name().value())));
        return names;
    }

    private static List<Row> randomRows(Random random, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] hashKey = new byte[random.nextInt(3)];
            byte[] sortKey = new byte[random.nextInt(10) == 0 ? random.nextInt(500) : random.nextInt(3)];
            byte[] value = new byte[random.nextInt(100) == 0 ? random.nextInt(3000) : random.nextInt(40)];
            random.nextBytes(hashKey);
            random.nextBytes(sortKey);
            random.nextBytes(value);
            rows.add(new Row(hashKey, sortKey, value, random.nextInt(4) == 0 ? 1 + random.nextInt(1000) : 0));
        }
        return rows;
    }

    private static Row row(String hashKey, String sortKey, String value) {
        return new Row(bytes(hashKey), bytes(sortKey), bytes(value), 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
