package dev.sluice.bulkload.store.testing;

/** What can go wrong with one read of a file. */
public enum StoreFault {
    /** No answer in time. */
    TIME_OUT,
    /** The store asks to be asked less often. */
    THROTTLED,
    /** The file is listed, and is not found when it is read. */
    NOT_FOUND_AFTER_LIST,
    /** The connection is reset in the middle of the answer. */
    RESET,
    /** The answer ends early, as if it were complete. */
    SHORT_READ,
    /** One bit of the answer is wrong. */
    FLIPPED_BIT,
    /** The store refuses, and will refuse again. */
    DENIED
}
