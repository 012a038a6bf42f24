package dev.sluice.client;

/** What an increment does to the TTL of its row. */
public sealed interface TtlChange {
    /** The row keeps the TTL that it has; a new row gets none, or the table's default. */
    TtlChange KEEP = new Keep();

    /** The row exists for ever, or for the table's default. */
    TtlChange FOREVER = new Forever();

    /** The row exists for so many seconds from now on, at least 1. */
    static TtlChange toSeconds(int seconds) {
        if (seconds < 1) {
            throw new IllegalArgumentException("ttl of " + seconds + " s: expected at least 1");
        }
        return new Seconds(seconds);
    }

    /** See {@link #KEEP}. */
    record Keep() implements TtlChange {}

    /** See {@link #FOREVER}. */
    record Forever() implements TtlChange {}

    /** See {@link #toSeconds}. */
    record Seconds(int seconds) implements TtlChange {}
}
