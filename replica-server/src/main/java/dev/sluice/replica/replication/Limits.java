package dev.sluice.replica.replication;

/**
 * The bounds that replication keeps.
 *
 * @param roundsOutstandingMax mutations proposed and not committed ({@code staleness_for_commit})
 * @param roundBytesMax keys and values that one mutation gathers from waiting writes; a single larger write goes alone
 * @param writesWaitingMax client writes waiting for a round; more are refused
 * @param prepareTimeoutMs a member that does not answer for so long is unreachable
 * @param prepareBytesMax about how much one prepare message carries
 * @param preparesInFlightMax prepare messages sent to one peer and not answered
 * @param retainedMutationsMax committed mutations kept in memory for peers that lag
 * @param retainedBytesMax bytes of them
 */
public record Limits(
        int roundsOutstandingMax,
        int roundBytesMax,
        int writesWaitingMax,
        long prepareTimeoutMs,
        int prepareBytesMax,
        int preparesInFlightMax,
        int retainedMutationsMax,
        long retainedBytesMax) {
    /** What a server uses unless its options say otherwise. */
    public static final Limits DEFAULT = new Limits(20, 1 << 20, 20_000, 3_000, 1 << 20, 8, 256, 1 << 20);

    public Limits withRounds(int roundsOutstanding, long timeoutMs) {
        return new Limits(
                roundsOutstanding,
                roundBytesMax,
                writesWaitingMax,
                timeoutMs,
                prepareBytesMax,
                preparesInFlightMax,
                retainedMutationsMax,
                retainedBytesMax);
    }
}
