package dev.sluice.common.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CrashableFileSystemTest extends FileSystemContract {
    private final CrashableFileSystem files = new CrashableFileSystem();
    private final Path directory = Path.of("/disk/data");

    @BeforeEach
    void makeDirectory() throws IOException {
        files.createDirectories(directory);
        files.syncDirectory(Path.of("/"));
        files.syncDirectory(Path.of("/disk"));
    }

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return directory;
    }

    @Test
    void aCrashLosesContentThatWasNotSynced() throws IOException {
        FileSystem.File file = files.create(path("a"));
        write(file, "kept", 0);
        file.sync();
        write(file, "lost", 2);
        files.syncDirectory(directory);
        files.crash();
        assertThat(content("a")).isEqualTo("kept");
        assertThatThrownBy(() -> file.size()).isInstanceOf(IOException.class);
    }

    @Test
    void aCrashLosesNamesWhoseDirectoryWasNotSynced() throws IOException {
        putSynced("old", "one");
        files.syncDirectory(directory);
        files.rename(path("old"), path("new"));
        putSynced("made", "two");
        files.crash();
        assertThat(files.list(directory)).containsExactly("old");
        files.rename(path("old"), path("new"));
        files.syncDirectory(directory);
        files.crash();
        assertThat(files.list(directory)).containsExactly("new");
        assertThat(content("new")).isEqualTo("one");
    }

    @Test
    void aDeletedNameComesBackUnlessSynced() throws IOException {
        putSynced("a", "one");
        files.syncDirectory(directory);
        files.delete(path("a"));
        files.crash();
        assertThat(content("a")).isEqualTo("one");
    }

    @Test
    void aDirectoryThatWasNotSyncedTakesItsFilesWithIt() throws IOException {
        files.createDirectories(path("d"));
        putSynced("d/a", "one");
        files.syncDirectory(path("d"));
        files.crash();
        assertThat(files.exists(path("d"))).isFalse();
    }

    @Test
    void chanceKeepsAPrefixOfTheWritesAndTearsTheLast() throws IOException {
        boolean sawTorn = false;
        for (int seed = 0; seed < 50; seed++) {
            files.deleteTree(path("a"));
            FileSystem.File file = files.create(path("a"));
            file.sync();
            files.syncDirectory(directory);
            write(file, "abcd", 0);
            write(file, "efgh", 4);
            files.crash(new Random(seed));
            String left = content("a");
            assertThat("abcdefgh").startsWith(left);
            sawTorn |= left.length() % 4 != 0;
        }
        assertThat(sawTorn).isTrue();
    }

    @Test
    void aFullDiskRefusesToGrowAFile() throws IOException {
        files.setCapacityBytes(5);
        put("a", "hello");
        try (FileSystem.File file = files.open(path("a"))) {
            assertThatThrownBy(() -> write(file, "!", 5)).hasMessageContaining("No space left on device");
            write(file, "y", 0);
        }
        assertThat(files.usableBytes(directory)).isZero();
    }

    @Test
    void anOperationFailsOnDemand() throws IOException {
        files.setFault((operation, path) -> {
            if (operation == Operation.SYNC && path.endsWith("a")) {
                throw new IOException("disk on fire");
            }
        });
        try (FileSystem.File file = files.create(path("a"))) {
            assertThatThrownBy(file::sync).hasMessage("disk on fire");
        }
    }

    private void putSynced(String name, String content) throws IOException {
        put(name, content);
        try (FileSystem.File file = files.open(path(name))) {
            file.sync();
        }
    }
}
