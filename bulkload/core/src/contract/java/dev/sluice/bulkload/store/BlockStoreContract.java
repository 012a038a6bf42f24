package dev.sluice.bulkload.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every block store does. */
public abstract class BlockStoreContract {
    @TempDir
    protected Path scratch;

    /** An empty store. */
    protected abstract BlockStore store() throws Exception;

    /** Put before each path; empty unless the store wants absolute paths. */
    protected String prefix() {
        return "";
    }

    private String path(String path) {
        return prefix() + path;
    }

    private BlockStore storeWith(String path, String content) throws Exception {
        BlockStore store = store();
        write(store, path, content);
        return store;
    }

    private void write(BlockStore store, String path, String content) throws Exception {
        try (BlockWriter writer = store.create(path(path))) {
            writer.write(content.getBytes(UTF_8));
            writer.commit();
        }
    }

    private String read(BlockStore store, String path, long offset, long length) throws Exception {
        try (InputStream in = store.open(path(path), offset, length)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void readsBackExactlyWhatWasWritten() throws Exception {
        BlockStore store = storeWith("a/b/file", "0123456789");
        assertThat(store.size(path("a/b/file"))).isEqualTo(10);
        assertThat(read(store, "a/b/file", 0, 10)).isEqualTo("0123456789");
    }

    @Test
    void aRangeIsReadAndNoMore() throws Exception {
        BlockStore store = storeWith("file", "0123456789");
        assertThat(read(store, "file", 3, 4)).isEqualTo("3456");
        assertThat(read(store, "file", 3, 0)).isEmpty();
    }

    @Test
    void aRangeBehindTheEndOfTheFileEndsEarly() throws Exception {
        BlockStore store = storeWith("file", "0123456789");
        assertThat(read(store, "file", 8, 100)).isEqualTo("89");
        assertThat(read(store, "file", 10, 100)).isEmpty();
        assertThat(read(store, "file", 50, 100)).isEmpty();
    }

    @Test
    void aMissingFileIsRefusedRatherThanEmpty() throws Exception {
        BlockStore store = storeWith("dir/file", "x");
        for (String missing : new String[] {"nothing", "dir/nothing", "nothing/file", "dir/file/below"}) {
            assertThatThrownBy(() -> store.size(path(missing))).satisfies(BlockStoreContract::isNotFound);
            assertThatThrownBy(() -> read(store, missing, 0, 1)).satisfies(BlockStoreContract::isNotFound);
        }
    }

    @Test
    void nothingIsToBeSeenBeforeTheCommit() throws Exception {
        BlockStore store = store();
        try (BlockWriter writer = store.create(path("dir/file"))) {
            writer.write("half".getBytes(UTF_8));
            assertThat(store.list(path("dir"))).isEmpty();
            assertThatThrownBy(() -> store.size(path("dir/file"))).satisfies(BlockStoreContract::isNotFound);
        }
        assertThat(store.list(path("dir"))).isEmpty();
    }

    @Test
    void aWriterThatGivesUpKeepsTheOldFile() throws Exception {
        BlockStore store = storeWith("file", "old");
        try (BlockWriter writer = store.create(path("file"))) {
            writer.write("new and longer".getBytes(UTF_8));
        }
        assertThat(read(store, "file", 0, 100)).isEqualTo("old");
    }

    @Test
    void aCommitReplacesTheOldFile() throws Exception {
        BlockStore store = storeWith("file", "old and longer");
        write(store, "file", "new");
        assertThat(read(store, "file", 0, 100)).isEqualTo("new");
    }

    @Test
    void ofTwoThatMakeTheSameFileOneSucceeds() throws Exception {
        BlockStore store = store();
        try (BlockWriter one = store.create(path("dir/file"));
                BlockWriter other = store.create(path("dir/file"))) {
            one.write("one".getBytes(UTF_8));
            other.write("other".getBytes(UTF_8));
            one.commitNew();
            assertThatThrownBy(other::commitNew)
                    .satisfies(BlockStoreContract::isPermanent)
                    .hasMessageContaining("exists already");
        }
        assertThat(read(store, "dir/file", 0, 100)).isEqualTo("one");
        assertThat(store.list(path("dir"))).containsExactly("file");
    }

    @Test
    void aFileIsCopiedWithinTheStore() throws Exception {
        BlockStore store = storeWith("dir/file", "0123456789");
        write(store, "other/place/copy", "old and longer than that");
        store.copy(path("dir/file"), path("other/place/copy"));
        assertThat(read(store, "other/place/copy", 0, 100)).isEqualTo("0123456789");
        write(store, "dir/file", "changed");
        assertThat(read(store, "other/place/copy", 0, 100)).isEqualTo("0123456789");
        assertThat(store.list(path("other/place"))).containsExactly("copy");
        assertThatThrownBy(() -> store.copy(path("nothing"), path("other/place/copy")))
                .satisfies(BlockStoreContract::isNotFound);
        assertThatThrownBy(() -> store.copy(path("dir/file"), path("../out"))).satisfies(BlockStoreContract::isPermanent);
        assertThat(read(store, "other/place/copy", 0, 100)).isEqualTo("0123456789");
    }

    @Test
    void aLocalFileIsTakenOver() throws Exception {
        BlockStore store = storeWith("dir/file", "old");
        Path local = Files.writeString(scratch.resolve("local"), "taken");
        store.take(local, path("dir/file"));
        assertThat(read(store, "dir/file", 0, 100)).isEqualTo("taken");
        assertThat(store.list(path("dir"))).containsExactly("file");
    }

    @Test
    void aDirectoryIsListedInOrder() throws Exception {
        BlockStore store = storeWith("app/1/x", "x");
        write(store, "app/0/x", "x");
        write(store, "app/info", "x");
        write(store, "apple", "x");
        assertThat(store.list(path("app"))).containsExactly("0", "1", "info");
        assertThat(store.list(path("app/0"))).containsExactly("x");
        assertThat(store.list(path("nothing"))).isEmpty();
    }

    @Test
    void aDeletedFileIsGoneAndDeletingItAgainChangesNothing() throws Exception {
        BlockStore store = storeWith("dir/file", "x");
        store.delete(path("dir/file"));
        store.delete(path("dir/file"));
        assertThat(store.list(path("dir"))).isEmpty();
    }

    /** B.13. */
    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "a//x", "a/./x", "a/x/", "x\0"})
    void aPathThatLeadsElsewhereIsRefused(String path) throws Exception {
        BlockStore store = storeWith("a/x", "x");
        assertThatThrownBy(() -> store.size(path(path))).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> read(store, path, 0, 1)).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.create(path(path))).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.delete(path(path))).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.list(path(path))).satisfies(BlockStoreContract::isPermanent);
    }

    static void isNotFound(Throwable e) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        BlockStoreException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(BlockStoreException.Kind.NOT_FOUND));
    }

    static void isPermanent(Throwable e) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        BlockStoreException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(BlockStoreException.Kind.PERMANENT));
    }
}
