package dev.sluice.replica.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIdentityTest {
    @TempDir
    Path parent;

    @Test
    void aFileOfOurWriterSaysWhereItComesFrom() throws IOException {
        Path file = Ssts.write(parent.resolve("new.sst"), EngineContract.changes(Map.of("a", "1")));
        assertThat(FileIdentity.isIn(file)).isTrue();
    }

    @Test
    void aFileOfRocksDb66DoesNot() throws IOException {
        Path file = parent.resolve("old.sst");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("old-a.sst"))) {
            Files.copy(in, file);
        }
        assertThat(FileIdentity.isIn(file)).isFalse();
    }
}
