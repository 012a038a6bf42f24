package dev.sluice.bulkload.store;

import dev.sluice.bulkload.store.testing.InMemoryBlockStore;

class InMemoryBlockStoreTest extends BlockStoreContract {
    @Override
    protected BlockStore store() {
        return new InMemoryBlockStore();
    }
}
