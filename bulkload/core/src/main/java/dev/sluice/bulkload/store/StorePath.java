package dev.sluice.bulkload.store;

import java.util.List;

/** The elements of a path in a store, checked so that the path cannot lead out of it. */
public record StorePath(List<String> elements) {
    /** Splits and checks a path. A slash at its beginning means nothing: all paths begin at the store's root. */
    public static StorePath parse(String path) throws BlockStoreException {
        String relative = path.startsWith("/") ? path.substring(1) : path;
        if (relative.isEmpty()) {
            return new StorePath(List.of());
        }
        List<String> elements = List.of(relative.split("/", -1));
        for (String element : elements) {
            if (element.isEmpty() || element.equals(".") || element.equals("..") || element.indexOf('\0') >= 0) {
                throw new BlockStoreException(
                        BlockStoreException.Kind.PERMANENT,
                        "path '" + path.replace('\0', '?') + "': element '" + element.replace('\0', '?')
                                + "' is not the name of a file or directory");
            }
        }
        return new StorePath(elements);
    }

    /** The path in its one spelling. */
    public String text() {
        return String.join("/", elements);
    }
}
