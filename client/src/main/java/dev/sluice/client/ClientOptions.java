package dev.sluice.client;

/**
 * How long and how the client tries. What happens after an attempt at an operation on rows:
 *
 * <table>
 * <caption>By error</caption>
 * <tr><th>error</th><th>means</th><th>next</th></tr>
 * <tr><td>{@code ERR_INVALID_STATE}, {@code ERR_OBJECT_NOT_FOUND}, {@code ERR_INACTIVE_STATE}, {@code
 * ERR_PARENT_PARTITION_MISUSED}</td><td>not carried out: the primary is elsewhere, or there is none now</td><td>a pause, the
 * configuration is asked for, another attempt</td></tr>
 * <tr><td>{@code ERR_NOT_ENOUGH_MEMBER}, {@code ERR_CAPACITY_EXCEEDED}</td><td>not carried out: too few replicas, too many
 * writes in progress</td><td>a pause, another attempt at the same server</td></tr>
 * <tr><td>{@code ERR_TIMEOUT}, {@code ERR_NETWORK_FAILURE}</td><td>perhaps carried out</td><td>a pause, the configuration is
 * asked for, another attempt; but none at what must not be carried out twice, unless no byte of it was sent</td></tr>
 * <tr><td>all others: {@code ERR_BUSY} (throttled), {@code ERR_INVALID_DATA} (too large), {@code ERR_DISK_INSUFFICIENT},
 * {@code ERR_OPERATION_DISABLED}, {@code ERR_SPLITTING}, {@code ERR_ACL_DENY} …</td><td>not carried out</td><td>the
 * operation fails</td></tr>
 * </table>
 *
 * <p>The pause before the second attempt is {@code backoffFirstMs}; it doubles from attempt to attempt up to {@code
 * backoffMaxMs}. When the pause would go beyond the deadline the operation fails with the last error.
 *
 * @param timeoutMs for a whole operation, all attempts together
 * @param attemptTimeoutMs for one attempt, after which the configuration is asked for again
 * @param silenceMs when an attempt has had no answer for so long, the configuration is looked at, again and again; if the
 *     primary has moved meanwhile the attempt is given up for one there (unless it must not be carried out twice)
 * @param adminTimeoutMs for a call to the meta leader, all attempts together
 * @param backoffFirstMs before the second attempt; doubles from attempt to attempt
 * @param backoffMaxMs the longest such wait
 * @param repeatsUncertainWrites whether a put or remove that may have been carried out is tried again. It then has its
 *     result, but it may have been carried out twice, with a write of somebody else between
 */
public record ClientOptions(
        int timeoutMs,
        int attemptTimeoutMs,
        int silenceMs,
        int adminTimeoutMs,
        int backoffFirstMs,
        int backoffMaxMs,
        boolean repeatsUncertainWrites) {
    public static final ClientOptions DEFAULTS = new ClientOptions(5_000, 2_000, 300, 10_000, 10, 500, true);

    public ClientOptions {
        requirePositive("timeoutMs", timeoutMs);
        requirePositive("attemptTimeoutMs", attemptTimeoutMs);
        requirePositive("silenceMs", silenceMs);
        requirePositive("adminTimeoutMs", adminTimeoutMs);
        requirePositive("backoffFirstMs", backoffFirstMs);
        requirePositive("backoffMaxMs", backoffMaxMs);
    }

    public ClientOptions withTimeoutMs(int timeout) {
        return new ClientOptions(
                timeout,
                attemptTimeoutMs,
                silenceMs,
                adminTimeoutMs,
                backoffFirstMs,
                backoffMaxMs,
                repeatsUncertainWrites);
    }

    public ClientOptions withAttemptTimeoutMs(int timeout) {
        return new ClientOptions(
                timeoutMs, timeout, silenceMs, adminTimeoutMs, backoffFirstMs, backoffMaxMs, repeatsUncertainWrites);
    }

    public ClientOptions withAdminTimeoutMs(int timeout) {
        return new ClientOptions(
                timeoutMs, attemptTimeoutMs, silenceMs, timeout, backoffFirstMs, backoffMaxMs, repeatsUncertainWrites);
    }

    /** Puts and removes that may have been carried out fail instead of being tried again. */
    public ClientOptions withoutRepeatedWrites() {
        return new ClientOptions(
                timeoutMs, attemptTimeoutMs, silenceMs, adminTimeoutMs, backoffFirstMs, backoffMaxMs, false);
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
