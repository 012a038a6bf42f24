package dev.sluice.common.http;

/**
 * How much HTTP may ask of a server.
 *
 * @param lineBytesMax longest request line
 * @param headerBytesMax all headers of a request together
 * @param bodyBytesMax longest body of a request
 * @param connectionsMax connections at once; one more is told so and closed
 * @param requestMs so long may a request take to arrive, an answer to be made, and an answer to be taken
 * @param idleMs so long may a connection be silent between two requests
 */
public record HttpLimits(
        int lineBytesMax, int headerBytesMax, int bodyBytesMax, int connectionsMax, long requestMs, long idleMs) {
    public static final HttpLimits DEFAULT = new HttpLimits(8 << 10, 16 << 10, 64 << 10, 256, 10_000, 300_000);

    public HttpLimits {
        if (lineBytesMax < 16 || headerBytesMax < 16 || bodyBytesMax < 1 || connectionsMax < 1) {
            throw new IllegalArgumentException(
                    "limits too low: a request line and headers of at least 16 bytes, a body of at"
                            + " least 1 byte and 1 connection are needed, found " + lineBytesMax + ", " + headerBytesMax
                            + ", "
                            + bodyBytesMax + ", " + connectionsMax);
        }
        if (requestMs < 1 || idleMs < 1) {
            throw new IllegalArgumentException(
                    "limits too low: at least 1 ms is needed, found " + requestMs + " and " + idleMs);
        }
    }
}
