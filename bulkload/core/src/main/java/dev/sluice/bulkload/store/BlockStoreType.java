package dev.sluice.bulkload.store;

import java.net.URI;
import java.util.List;

/** Makes stores of one type. Implementations outside this module are found as services. */
public interface BlockStoreType {
    /** What a section gives as its type, such as {@code local_service}. */
    String name();

    /** Scheme of the URIs that lead to stores of this type, such as {@code s3}. */
    String scheme();

    /** Opens a store. Throws {@link IllegalArgumentException} if the arguments are not right for it. */
    BlockStore open(BlockService service) throws BlockStoreException;

    /**
     * The store that a URI of the {@link #scheme} leads to, as a section would name it. The path of the URI is one in that
     * store. Throws {@link IllegalArgumentException} if the URI does not say enough.
     *
     * @param args of a section, in addition to what the URI says
     */
    BlockService serviceOf(URI uri, List<String> args);
}
