package dev.sluice.common.file;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class LocalFileSystemTest extends FileSystemContract {
    private final FileSystem files = new LocalFileSystem();

    @TempDir
    Path directory;

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return directory;
    }
}
