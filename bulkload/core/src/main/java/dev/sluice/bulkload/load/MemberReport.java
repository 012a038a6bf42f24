package dev.sluice.bulkload.load;

import dev.sluice.wire.internal.MemberPhase;
import org.jspecify.annotations.Nullable;

/**
 * What one member of a partition says of a load: its whole state.
 *
 * @param loadId 0 if it knows of none
 * @param error null unless FAILED
 * @param ofNode the error is this node's alone, not the file set's
 * @param message what it is doing, or why it is not further; may be empty
 * @param manifestDigest of what it has staged or is staging; empty if it does not know yet
 * @param verified this member ran the deep checks of its partition
 * @param changeSequence only grows within one incarnation
 * @param incarnation of the member's process
 */
public record MemberReport(
        long loadId,
        MemberPhase phase,
        long bytesDone,
        long bytesTotal,
        long bytesPerSecond,
        int filesDone,
        int filesTotal,
        @Nullable LoadError error,
        boolean ofNode,
        String message,
        String manifestDigest,
        boolean verified,
        long changeSequence,
        long incarnation) {
    /** True if this is not what the member said before the other. */
    public boolean isNewerThan(MemberReport other) {
        return incarnation > other.incarnation
                || (incarnation == other.incarnation && changeSequence >= other.changeSequence);
    }

    boolean isReadyToPublish() {
        return phase == MemberPhase.STAGED || phase == MemberPhase.PUBLISHED;
    }

    /** Not working on the load. */
    boolean isAtRest() {
        return phase == MemberPhase.PAUSED
                || phase == MemberPhase.STAGED
                || phase == MemberPhase.PUBLISHED
                || phase == MemberPhase.FAILED;
    }

    /** Has nothing of the load. */
    boolean isClean() {
        return phase == MemberPhase.NONE;
    }

    boolean isSourceError() {
        return phase == MemberPhase.FAILED && error != null && !ofNode;
    }

    /** 0 to 100; 100 only when all files are verified. */
    public int percent() {
        if (isReadyToPublish()) {
            return 100;
        }
        return bytesTotal <= 0 ? 0 : (int) Math.min(99, bytesDone * 100 / bytesTotal);
    }
}
