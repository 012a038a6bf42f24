package dev.sluice.bulkload.sst;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.Options;
import org.rocksdb.SstFileReader;

class SstWriterTest {
    @TempDir
    Path directory;

    private Path path(int number) {
        return directory.resolve("made/later/" + number + ".sst");
    }

    @Test
    void withoutARowThereIsNoFile() throws Exception {
        try (SstWriter writer = new SstWriter(this::path, SstOptions.DEFAULTS)) {
            assertThat(writer.finish()).isEmpty();
        }
    }

    @Test
    void aFileEndsAtItsTargetSizeAndTheNextBegins() throws Exception {
        Random random = new Random(1);
        List<Path> files;
        try (SstWriter writer = new SstWriter(this::path, new SstOptions(200_000, SstOptions.Compression.NONE))) {
            for (int i = 0; i < 1000; i++) {
                byte[] value = new byte[1000];
                random.nextBytes(value);
                writer.add(key(i), value);
            }
            files = writer.finish();
        }
        assertThat(files).hasSizeBetween(4, 6).startsWith(path(0), path(1));
        for (Path file : files.subList(0, files.size() - 1)) {
            assertThat(Files.size(file)).isBetween(200_000L, 280_000L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCompressionIsReadable(SstOptions.Compression compression) throws Exception {
        try (SstWriter writer = new SstWriter(this::path, new SstOptions(1 << 20, compression))) {
            writer.add(key(1), new byte[10_000]);
            writer.finish();
        }
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(path(0).toString());
            reader.verifyChecksum();
            assertThat(reader.getTableProperties().getNumEntries()).isEqualTo(1);
        }
    }

    @Test
    void aKeyThatIsNotGreaterThanTheOneBeforeIsRefused() throws Exception {
        try (SstWriter writer = new SstWriter(this::path, SstOptions.DEFAULTS)) {
            writer.add(key(2), new byte[1]);
            assertThatThrownBy(() -> writer.add(key(2), new byte[1]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("0.sst");
        }
    }

    @Test
    void aFileThatIsNotFinishedIsDeleted() throws Exception {
        try (SstWriter writer = new SstWriter(this::path, SstOptions.DEFAULTS)) {
            writer.add(key(2), new byte[1]);
        }
        try (Stream<Path> left = Files.list(path(0).getParent())) {
            assertThat(left).isEmpty();
        }
    }

    private static byte[] key(int number) {
        return String.format(Locale.ROOT, "%08d", number).getBytes(UTF_8);
    }
}
