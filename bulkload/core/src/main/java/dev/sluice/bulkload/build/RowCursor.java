package dev.sluice.bulkload.build;

import java.io.IOException;

/** Stored rows in ascending order of their keys, no key twice. */
interface RowCursor {
    /** Moves to the next row, the first at first. False behind the last. */
    boolean next() throws IOException;

    /** Stored key of the current row. */
    byte[] key();

    /** Stored value of the current row. */
    byte[] value();
}
