package dev.sluice.bulkload.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.store.testing.FaultyBlockStore;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wrapper that tests break stores with is a store itself as long as nothing is to fail. */
class FaultyBlockStoreTest extends BlockStoreContract {
    @TempDir
    Path root;

    @Override
    protected BlockStore store() {
        return new FaultyBlockStore(LocalBlockStore.below(root));
    }

    @Test
    void aListMayBeOld() throws Exception {
        InMemoryBlockStore inner = new InMemoryBlockStore().put("dir/old", new byte[1]);
        FaultyBlockStore store = new FaultyBlockStore(inner);
        store.staleList("dir");
        store.delete("dir/old");
        inner.put("dir/new", new byte[1]);
        assertThat(store.list("dir")).containsExactly("old");
    }

    @Nested
    class Downloads extends FaultyDownloadContract {
        @Override
        protected BlockStore store() {
            return LocalBlockStore.below(scratch.resolve("store"));
        }
    }
}
