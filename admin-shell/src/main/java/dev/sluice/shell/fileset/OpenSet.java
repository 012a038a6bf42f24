package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.StorePlace;
import dev.sluice.common.ErrorCode;
import java.nio.file.Path;
import java.util.List;

/** A set, or the place of one, in a store that is open. */
record OpenSet(StorePlace place, FileSetLocation location) implements AutoCloseable {
    static final String SET =
            "The set: <root>/<cluster>/<app>, a directory or a URI such as s3://<bucket>/<path> or hdfs://<name node>/<path>.";
    static final String STORE_ARGS =
            "Of the store, separated by spaces as in a [block_service.<name>] section, such as endpoint=http://…";

    /** {@code <root>/<cluster>/<app>} as one text. */
    static OpenSet of(String set, List<String> storeArgs) throws SourceException {
        String trimmed = set.endsWith("/") ? set.substring(0, set.length() - 1) : set;
        int app = trimmed.lastIndexOf('/');
        int cluster = app <= 0 ? -1 : trimmed.lastIndexOf('/', app - 1);
        if (cluster < 0 || (cluster > 0 && trimmed.charAt(cluster - 1) == '/')) {
            throw new IllegalArgumentException("set '" + set + "': expected <root>/<cluster>/<app>");
        }
        String root = cluster == 0 ? "/" : trimmed.substring(0, cluster);
        return below(root, trimmed.substring(cluster + 1, app), trimmed.substring(app + 1), storeArgs);
    }

    static OpenSet below(String root, String cluster, String app, List<String> storeArgs) throws SourceException {
        StorePlace place;
        try {
            place = StorePlace.open(root, storeArgs);
        } catch (BlockStoreException e) {
            throw new SourceException(
                    root, String.valueOf(e.getMessage()), ErrorCode.ERR_FS_INTERNAL, Remedy.FIX_THE_SOURCE, e);
        }
        try {
            return new OpenSet(place, FileSetLocation.parse(place.path(), cluster, app));
        } catch (SourceException e) {
            place.close();
            throw e;
        }
    }

    /** The same cluster and app below another root of the same store. */
    OpenSet below(String root) throws SourceException {
        String path = root.startsWith("/")
                ? root
                : Path.of(root).toAbsolutePath().normalize().toString();
        return new OpenSet(place, FileSetLocation.parse(path, location.cluster(), location.app()));
    }

    /** Java's. */
    static Path temporaryDirectory() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    BlockStore store() {
        return place.store();
    }

    FileSetSource source() {
        return new FileSetSource(store(), location);
    }

    /** As a person finds it. */
    String text() {
        return store().describe(location.directory());
    }

    /** The description, of a set that can be loaded into some app. */
    BulkLoadInfo readInfo() throws SourceException {
        BulkLoadInfo info = source().readInfo();
        info.requireFits(location.infoPath(), info.appId(), info.partitionCount());
        return info;
    }

    /** Description and manifests of one moment, of a set that can be loaded into some app. */
    FileSetSource.Description readAll() throws SourceException {
        readInfo();
        return source().readAll();
    }

    @Override
    public void close() {
        place.close();
    }
}
