package dev.sluice.bulkload.throttle;

/**
 * How the throttle of a node stands, and why.
 *
 * @param bytesPerSecond what may pass; 0 is no limit
 * @param reason why it is so
 * @param readP99Micros of the reads of clients in the last second or, if they are few, a little longer; 0 if there were too
 *     few to tell
 * @param reads so many those were
 * @param quietP99Micros the same without transfers
 * @param quietMeasured it was measured here; if not, it is the option's
 * @param slowP99Micros reads are slow above this
 * @param transferBytesPerSecond what passed in the last second
 */
public record ThrottleState(
        long bytesPerSecond,
        Reason reason,
        long readP99Micros,
        long reads,
        long quietP99Micros,
        boolean quietMeasured,
        long slowP99Micros,
        long transferBytesPerSecond) {
    /** Why the limit is what it is. */
    public enum Reason {
        /** Nothing holds transfers back. */
        NO_LIMIT("no limit"),
        /** The option's limit holds, whatever reads do. */
        MAX("the limit that was set"),
        /** It has just given way to reads, or they still suffer. */
        READS_ARE_SLOW("reads are slow"),
        /** Reads suffer, and it has given way as far as it may. */
        FLOOR("reads are slow, and this is the floor"),
        /** It gave way, and waits whether that was enough; or reads are nearly slow. */
        HOLDS("reads have just recovered"),
        /** Reads are well, so transfers get more again. */
        RECOVERS("reads are well again");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** The same for a person. */
        public String words() {
            return words;
        }
    }

    /** True if it gave way to reads, so that they are why transfers are not faster. */
    public boolean givesWay() {
        return bytesPerSecond > 0 && reason != Reason.MAX && reason != Reason.NO_LIMIT;
    }

    /** What an operator wants to know when a transfer is slow; empty if nothing holds it back. */
    public String hint() {
        if (bytesPerSecond == 0) {
            return "";
        }
        String limit = "throttled to " + bytesPerSecond + " bytes/s: " + reason.words();
        return reason == Reason.MAX ? limit : limit + ", p99 " + readP99Micros + " us, quiet " + quietP99Micros + " us";
    }
}
