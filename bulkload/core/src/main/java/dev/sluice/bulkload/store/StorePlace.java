package dev.sluice.bulkload.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * A place in a store that a person names without a configuration: a URI such as {@code s3://bucket/sets} or {@code
 * hdfs://namenode:8020/sets}, or a directory of this machine.
 *
 * @param store closed by whoever asked for the place
 * @param path in the store
 */
public record StorePlace(BlockStore store, String path) implements AutoCloseable {
    /**
     * Opens the store of that place. Throws {@link IllegalArgumentException} if the text names none, or one whose type is not
     * installed.
     *
     * @param args of the store, as in a {@code [block_service.<name>]} section, in addition to what the URI says
     */
    public static StorePlace open(String text, List<String> args) throws BlockStoreException {
        if (!text.contains("://") && !text.startsWith("file:")) {
            return directory(Path.of(text), args);
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // Without the text: it may have a password in it.
            throw new IllegalArgumentException("no URI at character " + e.getIndex() + ": " + e.getReason());
        }
        if ("file".equals(uri.getScheme())) {
            if (uri.getPath() == null
                    || (uri.getHost() != null && !uri.getHost().equals("localhost"))) {
                throw new IllegalArgumentException(text + ": expected file:///<absolute path>, or a path");
            }
            return directory(Path.of(uri.getPath()), args);
        }
        Map<String, BlockStoreType> types = new TreeMap<>();
        ServiceLoader.load(BlockStoreType.class).forEach(type -> types.put(type.scheme(), type));
        BlockStoreType type = types.get(uri.getScheme());
        if (type == null) {
            throw new IllegalArgumentException(
                    text + ": no store of scheme '" + uri.getScheme() + "' is installed, there"
                            + " is file" + (types.isEmpty() ? "" : " and " + String.join(", ", types.keySet()))
                            + " (bin/sluice plugin s3, bin/sluice plugin hdfs)");
        }
        return new StorePlace(type.open(type.serviceOf(uri, args)), uri.getPath());
    }

    private static StorePlace directory(Path directory, List<String> args) {
        if (!args.isEmpty()) {
            throw new IllegalArgumentException(directory + ": a directory takes no arguments, given: " + args);
        }
        return new StorePlace(
                LocalBlockStore.ofAbsolutePaths(),
                directory.toAbsolutePath().normalize().toString());
    }

    @Override
    public void close() {
        store.close();
    }
}
