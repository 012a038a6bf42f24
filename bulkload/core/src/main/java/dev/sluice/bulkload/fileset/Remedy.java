package dev.sluice.bulkload.fileset;

/** Who can mend an error of a file set. */
public enum Remedy {
    /** The file set itself is wrong: it has to be made again, or named correctly. Every replica would fail. */
    FIX_THE_SOURCE,
    /** Nothing may be wrong: the store did not answer as it should. Trying again later may help. */
    RETRY,
    /** One node's disk or memory: another replica would not fail. */
    NODE
}
