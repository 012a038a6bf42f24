package dev.sluice.replica.atomic;

/** What came of an atomic operation. */
public enum Outcome {
    /** Its rows are written. */
    DONE,
    /** The check did not pass; nothing is written. */
    NOT_PASSED,
    /** A value or operand is no integer, or the sum is none; nothing is written. */
    INVALID
}
