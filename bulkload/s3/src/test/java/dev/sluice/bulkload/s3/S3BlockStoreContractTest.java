package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreContract;
import dev.sluice.bulkload.store.FaultyDownloadContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Every test has a prefix of its own in one bucket. */
class S3BlockStoreContractTest extends BlockStoreContract {
    @TempDir
    static Path directory;

    private static S3Server server;
    private static int stores;

    private final List<BlockStore> open = new ArrayList<>();

    @BeforeAll
    static void startServer() throws Exception {
        server = S3Server.startInMemory(directory);
        server.createBucket("contract");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void closeStores() {
        open.forEach(BlockStore::close);
    }

    @Override
    protected BlockStore store() {
        List<String> args = new ArrayList<>(server.args("contract"));
        args.add("prefix=store-" + stores++);
        BlockStore store = new S3BlockStoreType().open(new BlockService("contract", S3BlockStoreType.NAME, args));
        open.add(store);
        return store;
    }

    @Nested
    class Downloads extends FaultyDownloadContract {
        @Override
        protected BlockStore store() {
            return S3BlockStoreContractTest.this.store();
        }
    }
}
