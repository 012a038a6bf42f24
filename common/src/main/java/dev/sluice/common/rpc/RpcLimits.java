package dev.sluice.common.rpc;

/**
 * How much one connection may ask of this process.
 *
 * @param frameBytesMax longest frame that is read or sent; a connection that announces a longer one is closed
 * @param writeHighWaterBytes so much may wait to be sent before the connection counts as not writable: a server reads no
 *     further request from it, a stream says so
 * @param writeLowWaterBytes below this it is writable again
 * @param callsMax requests of ours that may wait for their replies on one connection; more fail with {@code ERR_BUSY};
 *     so many again may wait to be sent
 * @param connectTimeoutMs how long a connection, and the hello on it, may take to be made
 */
public record RpcLimits(
        int frameBytesMax, int writeHighWaterBytes, int writeLowWaterBytes, int callsMax, int connectTimeoutMs) {
    public static final RpcLimits DEFAULT = new RpcLimits(64 << 20, 4 << 20, 1 << 20, 1 << 16, 3000);

    public RpcLimits {
        if (frameBytesMax < 1024 || callsMax < 1 || connectTimeoutMs < 1) {
            throw new IllegalArgumentException(
                    "limits too low: frames of at least 1024 bytes, at least 1 call and 1 ms of"
                            + " connecting are needed, found " + frameBytesMax + ", " + callsMax + ", "
                            + connectTimeoutMs);
        }
        if (writeLowWaterBytes < 0 || writeLowWaterBytes > writeHighWaterBytes) {
            throw new IllegalArgumentException("write marks: expected 0 <= low <= high, found " + writeLowWaterBytes
                    + " and " + writeHighWaterBytes);
        }
    }
}
