package dev.sluice.client;

/**
 * How long the client tries.
 *
 * @param timeoutMs for a whole operation, all attempts together
 * @param attemptTimeoutMs for one attempt, after which the configuration is asked for again
 * @param adminTimeoutMs for a call to the meta leader, all attempts together
 * @param backoffFirstMs before the second attempt; doubles from attempt to attempt
 * @param backoffMaxMs the longest such wait
 */
public record ClientOptions(
        int timeoutMs, int attemptTimeoutMs, int adminTimeoutMs, int backoffFirstMs, int backoffMaxMs) {
    public static final ClientOptions DEFAULTS = new ClientOptions(5_000, 2_000, 10_000, 10, 500);

    public ClientOptions {
        requirePositive("timeoutMs", timeoutMs);
        requirePositive("attemptTimeoutMs", attemptTimeoutMs);
        requirePositive("adminTimeoutMs", adminTimeoutMs);
        requirePositive("backoffFirstMs", backoffFirstMs);
        requirePositive("backoffMaxMs", backoffMaxMs);
    }

    public ClientOptions withTimeoutMs(int timeout) {
        return new ClientOptions(timeout, attemptTimeoutMs, adminTimeoutMs, backoffFirstMs, backoffMaxMs);
    }

    public ClientOptions withAttemptTimeoutMs(int timeout) {
        return new ClientOptions(timeoutMs, timeout, adminTimeoutMs, backoffFirstMs, backoffMaxMs);
    }

    public ClientOptions withAdminTimeoutMs(int timeout) {
        return new ClientOptions(timeoutMs, attemptTimeoutMs, timeout, backoffFirstMs, backoffMaxMs);
    }

    /** The wait before the attempt that follows that many. */
    long backoffMs(int attemptsMade) {
        int doublings = Math.min(attemptsMade - 1, 20);
        return Math.min(backoffMaxMs, (long) backoffFirstMs << doublings);
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " = " + value + ": expected at least 1");
        }
    }
}
