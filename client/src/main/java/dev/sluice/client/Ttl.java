package dev.sluice.client;

/**
 * How long a row that exists will.
 *
 * @param seconds until it expires; {@link #FOREVER_SECONDS} if it never does
 */
public record Ttl(int seconds) {
    public static final int FOREVER_SECONDS = -1;

    public boolean isForever() {
        return seconds == FOREVER_SECONDS;
    }
}
