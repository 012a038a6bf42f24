package dev.sluice.bulkload.store;

/** Makes stores of one type. Implementations outside this module are found as services. */
public interface BlockStoreType {
    /** What a section gives as its type, such as {@code local_service}. */
    String name();

    /** Opens a store. Throws {@link IllegalArgumentException} if the arguments are not right for it. */
    BlockStore open(BlockService service) throws BlockStoreException;
}
