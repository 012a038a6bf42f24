package dev.sluice.replica.request;

/** The numbers in the {@code error} field of data replies: RocksDB's status numbers. */
final class StatusCode {
    static final int OK = 0;
    static final int NOT_FOUND = 1;
    static final int INVALID_ARGUMENT = 4;
    static final int INCOMPLETE = 7;
    static final int TRY_AGAIN = 13;

    private StatusCode() {}
}
