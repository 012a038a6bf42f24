package dev.sluice.bulkload.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalBlockStoreTest extends BlockStoreContract {
    @TempDir
    Path root;

    @Override
    protected BlockStore store() {
        return LocalBlockStore.below(root.resolve("made/later"));
    }

    /** B.13: a link is as good a way out as two dots. */
    @Test
    void aLinkThatLeadsOutOfTheRootIsRefused() throws Exception {
        Path inside = Files.createDirectory(root.resolve("inside"));
        Path outside = Files.createDirectory(root.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createSymbolicLink(inside.resolve("file"), outside.resolve("secret"));
        Files.createSymbolicLink(inside.resolve("dangling"), outside.resolve("new"));
        LocalBlockStore store = LocalBlockStore.below(inside);
        assertThatThrownBy(() -> store.open("link/secret", 0, 1)).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.open("file", 0, 1)).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.list("link")).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.create("link/new")).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.create("dangling/new")).satisfies(BlockStoreContract::isPermanent);
        assertThatThrownBy(() -> store.delete("link/secret")).satisfies(BlockStoreContract::isPermanent);
        assertThat(outside.resolve("secret")).exists();
    }

    @Test
    void aLinkInsideTheRootIsFollowed() throws Exception {
        Path inside = Files.createDirectory(root.resolve("inside"));
        Files.writeString(Files.createDirectory(inside.resolve("real")).resolve("file"), "x");
        Files.createSymbolicLink(inside.resolve("link"), inside.resolve("real"));
        assertThat(LocalBlockStore.below(inside).size("link/file")).isEqualTo(1);
    }

    @Test
    void aDirectoryIsNotAFile() throws Exception {
        Files.createDirectory(root.resolve("dir"));
        assertThatThrownBy(() -> LocalBlockStore.below(root).size("dir")).satisfies(BlockStoreContract::isPermanent);
    }

    @Test
    void withoutARootAPathMustBeAbsolute() throws Exception {
        LocalBlockStore store = LocalBlockStore.ofAbsolutePaths();
        Files.writeString(root.resolve("file"), "x");
        assertThat(store.size(root.resolve("file").toString())).isEqualTo(1);
        assertThatThrownBy(() -> store.size("file")).satisfies(BlockStoreContract::isPermanent);
    }

    @Test
    void storesAreFoundByTheNameOfTheirSection() throws Exception {
        try (BlockStores stores = new BlockStores(List.of(
                BlockService.of("local", "local_service", root.toString()),
                BlockService.of("anywhere", "local_service", " ")))) {
            Files.writeString(root.resolve("file"), "x");
            assertThat(stores.require("local").size("file")).isEqualTo(1);
            assertThat(stores.require("local")).isSameAs(stores.require("local"));
            assertThat(stores.require("anywhere").size(root + "/file")).isEqualTo(1);
            assertThatThrownBy(() -> stores.require("hdfs_zjy"))
                    .hasMessageContaining("invalid file_provider")
                    .hasMessageContaining("hdfs_zjy");
        }
    }

    @Test
    void aSectionOfAnUnknownTypeIsRefusedWithItsName() {
        assertThatThrownBy(() -> new BlockStores(List.of(BlockService.of("x", "floppy_service", ""))))
                .hasMessageContaining("[block_service.x] type = floppy_service");
    }

    /** The same store, addressed by absolute paths. */
    @Nested
    class WithoutARoot extends BlockStoreContract {
        @Override
        protected BlockStore store() {
            return LocalBlockStore.ofAbsolutePaths();
        }

        @Override
        protected String prefix() {
            return root + "/";
        }
    }
}
