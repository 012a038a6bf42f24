package dev.sluice.bulkload.hdfs;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreType;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens stores in HDFS, as Pegasus configures them: {@code type = hdfs_service}, {@code args = <name node> [<root>] [user=…]
 * [config=…] [timeout_ms=…]}. See {@link HdfsSettings}.
 */
public final class HdfsBlockStoreType implements BlockStoreType {
    static final String NAME = "hdfs_service";
    static final String SCHEME = "hdfs";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public BlockStore open(BlockService service) throws BlockStoreException {
        return HdfsBlockStore.open(HdfsSettings.of(service));
    }

    @Override
    public BlockService serviceOf(URI uri, List<String> args) {
        if (uri.getRawAuthority() == null) {
            throw new IllegalArgumentException(
                    uri + ": no name node, expected hdfs://<host>:<port>/<path> or hdfs://<name service>/<path>");
        }
        List<String> all = new ArrayList<>(List.of(SCHEME + "://" + uri.getRawAuthority(), "/"));
        all.addAll(args);
        return new BlockService(uri.toString(), NAME, all);
    }
}
