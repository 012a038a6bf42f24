package dev.sluice.bulkload.repack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.sst.SstMerge;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.sst.SstWriter;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.SstFileWriter;

class SstRepackerTest {
    private static final long LARGE = 64 << 20;

    @TempDir
    Path directory;

    private final SstRepacker repacker = new SstRepacker(new LocalFileSystem());
    private Path target = Path.of("");

    @BeforeEach
    void makeTarget() throws IOException {
        target = Files.createDirectory(directory.resolve("target"));
    }

    /** As if the files had been ingested one after the other. */
    @Test
    void theLastFileWinsWhateverOverlaps() throws Exception {
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            TreeMap<String, String> expected = new TreeMap<>();
            List<Path> sources = new ArrayList<>();
            int files = 1 + random.nextInt(20);
            for (int i = 0; i < files; i++) {
                TreeMap<String, String> rows = new TreeMap<>();
                int begin = random.nextInt(200);
                for (int row = 0; row <= random.nextInt(60); row++) {
                    rows.put("k" + (begin + random.nextInt(40)), seed + " of file " + i);
                }
                expected.putAll(rows);
                sources.add(write(seed + "-" + i, rows));
            }
            Path own = Files.createDirectory(target.resolve("seed-" + seed));
            List<Path> repacked = repacker.repack(sources, own, LARGE, bytes -> {}, new StopSignal());
            assertThat(repacked).containsExactly(own.resolve("0.sst"));
            assertThat(read(repacked)).as("seed " + seed).isEqualTo(expected);
        }
    }

    /** Many more than may be open at once. */
    @Test
    void filesThatFollowEachOtherMayBeAnyNumber() throws Exception {
        TreeMap<String, String> expected = new TreeMap<>();
        List<Path> sources = new ArrayList<>();
        for (int i = 0; i < 2 * SstMerge.OPEN_MAX; i++) {
            Map<String, String> rows = Map.of("k%05d-0".formatted(i), "v", "k%05d-1".formatted(i), "w" + i);
            expected.putAll(rows);
            sources.add(write(Integer.toString(i), new TreeMap<>(rows)));
        }
        AtomicLong written = new AtomicLong();
        List<Path> repacked = repacker.repack(sources, target, 4096, written::addAndGet, new StopSignal());
        assertThat(repacked).hasSizeBetween(2, 20);
        assertThat(repacked.get(1)).isEqualTo(target.resolve("1.sst"));
        assertThat(written).hasPositiveValue();
        assertThat(read(repacked)).isEqualTo(expected);
    }

    /** The engine takes them as they are. */
    @Test
    void tooManyFilesThatAllOverlapAreLeftAlone() throws Exception {
        List<Path> sources = new ArrayList<>();
        for (int i = 0; i <= SstMerge.OPEN_MAX; i++) {
            sources.add(write(Integer.toString(i), new TreeMap<>(Map.of("a", "v", "z", "v"))));
        }
        assertThat(repacker.repack(sources, target, LARGE, bytes -> {}, new StopSignal()))
                .isEmpty();
    }

    /** The rows alone would be copied, and the delete be lost. */
    @Test
    void aFileWithADeleteIsRefused() throws Exception {
        Path file = directory.resolve("deletes.sst");
        try (Options options = new Options();
                EnvOptions envOptions = new EnvOptions();
                SstFileWriter writer = new SstFileWriter(envOptions, options)) {
            writer.open(file.toString());
            writer.put("a".getBytes(UTF_8), "v".getBytes(UTF_8));
            writer.delete("b".getBytes(UTF_8));
            writer.finish();
        }
        assertThatThrownBy(() -> repacker.repack(List.of(file), target, LARGE, bytes -> {}, new StopSignal()))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("deletes.sst: has 1 deletes, expected rows only");
    }

    @Test
    void aDamagedBlockIsTheSourcesFault() throws Exception {
        TreeMap<String, String> rows = new TreeMap<>();
        for (int i = 0; i < 2_000; i++) {
            rows.put("k%05d".formatted(i), "value " + i);
        }
        Path file = write("damaged", rows);
        byte[] content = Files.readAllBytes(file);
        content[content.length / 3] ^= 1;
        Files.write(file, content);
        assertThatThrownBy(() -> repacker.repack(List.of(file), target, LARGE, bytes -> {}, new StopSignal()))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.code().name()).isEqualTo("ERR_CORRUPTION"))
                .hasMessageContaining("damaged.sst");
    }

    @Test
    void aStopEndsIt() throws Exception {
        TreeMap<String, String> rows = new TreeMap<>();
        for (int i = 0; i < 10_000; i++) {
            rows.put("k%05d".formatted(i), "value");
        }
        Path file = write("many", rows);
        StopSignal stop = new StopSignal();
        stop.stop();
        assertThatThrownBy(() -> repacker.repack(List.of(file), target, LARGE, bytes -> {}, stop))
                .isInstanceOf(StoppedException.class);
        assertThat(target).isEmptyDirectory();
    }

    private Path write(String name, SortedMap<String, String> rows) throws IOException {
        Path path = directory.resolve(name + ".sst");
        try (SstWriter writer = new SstWriter(number -> path, SstOptions.DEFAULTS)) {
            for (Map.Entry<String, String> row : rows.entrySet()) {
                writer.add(row.getKey().getBytes(UTF_8), row.getValue().getBytes(UTF_8));
            }
            writer.finish();
        }
        return path;
    }

    private static Map<String, String> read(List<Path> files) throws IOException {
        TreeMap<String, String> rows = new TreeMap<>();
        try (SstMerge merge = new SstMerge(files)) {
            while (merge.next()) {
                assertThat(rows.put(new String(merge.key(), UTF_8), new String(merge.value(), UTF_8)))
                        .isNull();
            }
            assertThat(merge.duplicates()).isZero();
        }
        return rows;
    }
}
