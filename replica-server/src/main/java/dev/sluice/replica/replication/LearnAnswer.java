package dev.sluice.replica.replication;

import dev.sluice.replica.mutation.Mutation;
import java.util.List;

/** What came of asking to learn. */
public sealed interface LearnAnswer {
    /**
     * Committed mutations that follow what the learner has.
     *
     * @param firstPrepareDecree where the primary's prepares begin; 0: ask again for more
     */
    record Log(List<Mutation> mutations, long firstPrepareDecree) implements LearnAnswer {
        public Log {
            mutations = List.copyOf(mutations);
        }
    }

    /** A checkpoint of the primary took the place of engine and log. */
    record Installed(long decree) implements LearnAnswer {}

    /** It did not work. */
    record Failed(String message) implements LearnAnswer {}
}
