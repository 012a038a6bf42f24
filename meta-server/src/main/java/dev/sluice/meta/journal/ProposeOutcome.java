package dev.sluice.meta.journal;

/** How a proposal ended. Only after the second ending may it be taken as never made. */
public sealed interface ProposeOutcome {
    /** It is in the log for good, under this term. */
    record Committed(long term, long index) implements ProposeOutcome {}

    /** It is not in the log, and never will be. */
    record Refused(String reason) implements ProposeOutcome {}

    /** It may be in the log, or may still get there. */
    record Unknown(Throwable cause) implements ProposeOutcome {}
}
