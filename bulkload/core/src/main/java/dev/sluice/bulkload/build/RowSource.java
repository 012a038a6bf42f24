package dev.sluice.bulkload.build;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rows, one after the other. Owned by one thread. */
public interface RowSource extends AutoCloseable {
    /** The next row, or null at the end. After a {@link BadRowException} it can be called again. */
    @Nullable
    Row next() throws IOException, BadRowException;

    /** Line on which the last row began, from 1. */
    long line();

    /** Bytes of the input read so far. */
    default long bytesRead() {
        return 0;
    }

    /** Bytes of the whole input, 0 if that is not known. */
    default long bytesTotal() {
        return 0;
    }

    @Override
    default void close() throws IOException {}
}
