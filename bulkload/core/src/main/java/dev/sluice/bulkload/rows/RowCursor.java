package dev.sluice.bulkload.rows;

import java.io.IOException;

/** Stored rows in ascending order of their keys, no key twice. */
public interface RowCursor {
    /** Moves to the next row, the first at first. False behind the last. */
    boolean next() throws IOException;

    /** Stored key of the current row. */
    byte[] key() throws IOException;

    /** Stored value of the current row. */
    byte[] value() throws IOException;
}
