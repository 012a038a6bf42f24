package dev.sluice.replica.replica;

import dev.sluice.replica.mutation.Mutation;

/**
 * A mutation that was committed, and with it all before. Ballot and time tell it from another of its decree, which a log
 * holds again after it lost its end.
 */
record CommitHint(long decree, long ballot, long timestampUs) {
    static CommitHint of(Mutation mutation) {
        return new CommitHint(mutation.decree(), mutation.ballot().number(), mutation.timestampUs());
    }
}
