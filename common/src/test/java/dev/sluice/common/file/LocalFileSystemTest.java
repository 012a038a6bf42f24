package dev.sluice.common.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalFileSystemTest extends FileSystemContract {
    private final FileSystem files = new LocalFileSystem();

    @TempDir
    Path directory;

    /** The link would be a second name of the symbolic link, and lead wherever that is changed to. */
    @Test
    void aSymbolicLinkIsNotLinked() throws IOException {
        Files.writeString(directory.resolve("file"), "one");
        Files.createSymbolicLink(directory.resolve("symbolic"), directory.resolve("file"));
        assertThatThrownBy(() -> files.link(directory.resolve("symbolic"), directory.resolve("link")))
                .hasMessageContaining("symbolic");
        assertThat(directory.resolve("link")).doesNotExist();
    }

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return directory;
    }
}
