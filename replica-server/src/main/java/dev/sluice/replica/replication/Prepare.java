package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Mutation;
import java.util.List;

/**
 * A primary to one of its group.
 *
 * @param messageId names it in the answer; nothing else looks at it
 * @param ballot of the primary's configuration
 * @param mutations in decree order without a gap; may be empty: the commit point alone
 * @param lastCommitted all up to here are committed
 * @param toLearner the receiver is not a member
 * @param learnId with {@code toLearner}: of the learning round that it belongs to
 * @param firstOfBallot first decree that the primary proposed itself: what a member holds from there on of other primaries
 *     is void
 */
public record Prepare(
        long messageId,
        Ballot ballot,
        HostPort primary,
        List<Mutation> mutations,
        long lastCommitted,
        boolean toLearner,
        long learnId,
        long firstOfBallot) {
    public Prepare {
        mutations = List.copyOf(mutations);
    }
}
