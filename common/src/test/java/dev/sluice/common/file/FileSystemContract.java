package dev.sluice.common.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What every file system does. */
abstract class FileSystemContract {
    abstract FileSystem files();

    /** A directory that exists and is empty. */
    abstract Path directory();

    @Test
    void readsBackWhatWasWrittenAtAPosition() throws IOException {
        try (FileSystem.File file = files().create(path("a"))) {
            write(file, "hello", 0);
            write(file, "p me", 3);
            assertThat(file.size()).isEqualTo(7);
            assertThat(read(file, 0, 100)).isEqualTo("help me");
            assertThat(read(file, 5, 1)).isEqualTo("m");
            assertThat(read(file, 7, 10)).isEmpty();
            assertThat(read(file, 700, 10)).isEmpty();
        }
        assertThat(files().size(path("a"))).isEqualTo(7);
    }

    @Test
    void aGapReadsAsZeros() throws IOException {
        try (FileSystem.File file = files().create(path("a"))) {
            write(file, "x", 2);
            assertThat(read(file, 0, 3)).isEqualTo("\0\0x");
        }
    }

    @Test
    void truncateCutsAndNeverExtends() throws IOException {
        try (FileSystem.File file = files().create(path("a"))) {
            write(file, "hello", 0);
            file.truncate(2);
            file.truncate(10);
            assertThat(file.size()).isEqualTo(2);
            write(file, "y", 4);
            assertThat(read(file, 0, 10)).isEqualTo("he\0\0y");
        }
    }

    @Test
    void createRefusesWhatExistsAndOpenWhatDoesNot() throws IOException {
        files().create(path("a")).close();
        assertThatThrownBy(() -> files().create(path("a"))).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> files().open(path("b"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files().openForRead(path("b"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files().size(path("b"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files().create(path("no/such/directory"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileOpenedForReadingIsNotWritten() throws IOException {
        files().create(path("a")).close();
        try (FileSystem.File file = files().openForRead(path("a"))) {
            assertThatThrownBy(() -> write(file, "x", 0)).isInstanceOf(NonWritableChannelException.class);
        }
    }

    @Test
    void aClosedFileIsRefused() throws IOException {
        FileSystem.File file = files().create(path("a"));
        file.close();
        file.close();
        assertThatThrownBy(() -> file.size()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void listsNamesInOrderAndNothingOfAMissingDirectory() throws IOException {
        files().create(path("b")).close();
        files().createDirectories(path("a/c/d"));
        assertThat(files().list(directory())).containsExactly("a", "b");
        assertThat(files().list(path("none"))).isEmpty();
        assertThat(files().list(path("b"))).isEmpty();
        assertThat(files().isDirectory(path("a/c"))).isTrue();
        assertThat(files().isDirectory(path("b"))).isFalse();
        assertThat(files().exists(path("b"))).isTrue();
        assertThat(files().exists(path("none"))).isFalse();
    }

    @Test
    void renameReplacesAFileAndMovesADirectory() throws IOException {
        put("a", "one");
        put("b", "two");
        files().rename(path("a"), path("b"));
        assertThat(content("b")).isEqualTo("one");
        assertThat(files().exists(path("a"))).isFalse();
        files().createDirectories(path("d"));
        put("d/x", "inside");
        files().rename(path("d"), path("e"));
        assertThat(content("e/x")).isEqualTo("inside");
        assertThatThrownBy(() -> files().rename(path("none"), path("z"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void renameDoesNotReplaceADirectoryThatHoldsSomething() throws IOException {
        files().createDirectories(path("d"));
        files().createDirectories(path("e/f"));
        assertThatThrownBy(() -> files().rename(path("d"), path("e"))).isInstanceOf(FileSystemException.class);
        assertThat(files().exists(path("e/f"))).isTrue();
    }

    @Test
    void aLinkIsTheSameFileAndOutlivesItsFirstName() throws IOException {
        put("a", "one");
        files().link(path("a"), path("b"));
        assertThat(files().isSameFile(path("a"), path("b"))).isTrue();
        assertThat(files().linkCount(path("a"))).isEqualTo(2);
        put("c", "one");
        assertThat(files().isSameFile(path("a"), path("c"))).isFalse();
        files().delete(path("a"));
        assertThat(content("b")).isEqualTo("one");
        assertThat(files().linkCount(path("b"))).isEqualTo(1);
        assertThatThrownBy(() -> files().link(path("b"), path("c"))).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> files().link(path("a"), path("d"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deleteTakesFilesAndEmptyDirectoriesAndDeleteTreeAll() throws IOException {
        put("a", "one");
        files().delete(path("a"));
        files().delete(path("a"));
        files().createDirectories(path("d/e"));
        put("d/e/x", "one");
        assertThatThrownBy(() -> files().delete(path("d"))).isInstanceOf(DirectoryNotEmptyException.class);
        files().deleteTree(path("d"));
        files().deleteTree(path("d"));
        assertThat(files().list(directory())).isEmpty();
    }

    @Test
    void anOpenFileOutlivesItsName() throws IOException {
        put("a", "one");
        try (FileSystem.File file = files().openForRead(path("a"))) {
            files().delete(path("a"));
            assertThat(read(file, 0, 10)).isEqualTo("one");
        }
    }

    @Test
    void syncsFilesAndDirectoriesThatExist() throws IOException {
        try (FileSystem.File file = files().create(path("a"))) {
            write(file, "x", 0);
            file.sync();
        }
        files().syncDirectory(directory());
        assertThatThrownBy(() -> files().syncDirectory(path("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void knowsTheSpaceThatIsLeft() throws IOException {
        assertThat(files().usableBytes(directory())).isPositive();
        assertThat(files().totalBytes(directory())).isGreaterThanOrEqualTo(files().usableBytes(directory()));
        assertThatThrownBy(() -> files().totalBytes(path("none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files().usableBytes(path("none"))).isInstanceOf(NoSuchFileException.class);
    }

    final Path path(String name) {
        return directory().resolve(name);
    }

    final void put(String name, String content) throws IOException {
        try (FileSystem.File file = files().create(path(name))) {
            write(file, content, 0);
        }
    }

    final String content(String name) throws IOException {
        try (FileSystem.File file = files().openForRead(path(name))) {
            return read(file, 0, 1000);
        }
    }

    static void write(FileSystem.File file, String content, long position) throws IOException {
        file.write(ByteBuffer.wrap(content.getBytes(UTF_8)), position);
    }

    static String read(FileSystem.File file, long position, int lengthMax) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(lengthMax);
        int length = file.read(buffer, position);
        assertThat(length).isEqualTo(buffer.position());
        return new String(buffer.array(), 0, length, UTF_8);
    }
}
