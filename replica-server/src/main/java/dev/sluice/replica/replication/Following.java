package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Takes a primary's prepares: what secondaries and learners have in common.
 *
 * <p>{@code matched} is the decree up to which the own history is known to be the primary's. What is prepared behind it came
 * from an earlier primary: it is kept as long as nothing contradicts it (it may have been acknowledged), and is replaced from
 * the first mutation on that differs. Only matched mutations are committed.
 */
final class Following {
    private final Local local;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long matched;
    private long commitTarget;

    Following(Local local) {
        this.local = local;
        this.matched = local.history().committed();
        this.commitTarget = matched;
    }

    long matched() {
        return matched;
    }

    /** Another primary, or one that may have been another in between: nothing is known to be common but what is committed. */
    void forgetMatched() {
        matched = local.history().committed();
        commitTarget = matched;
    }

    /** Takes the mutations and the commit point; answers now or when all is in the log. */
    List<Effect> take(long token, Prepare prepare, Ballot ballot) {
        History history = local.history();
        List<Effect> effects = new ArrayList<>();
        List<Mutation> mutations = prepare.mutations();
        boolean gap = mutations.isEmpty()
                ? prepare.lastCommitted() > matched
                : mutations.get(0).decree() > matched + 1;
        if (gap) {
            effects.add(new Effect.Answer(token, answer(prepare.messageId(), Outcome.GAP, ballot)));
            return effects;
        }
        for (int i = 0; i < mutations.size(); i++) {
            Mutation mutation = mutations.get(i);
            if (mutation.decree() <= history.committed()) {
                continue;
            }
            if (!history.holds(mutation)) {
                effects.add(history.append(mutations.subList(i, mutations.size())));
                break;
            }
        }
        if (!mutations.isEmpty()) {
            matched = Math.max(matched, mutations.get(mutations.size() - 1).decree());
        }
        commitTarget = Math.max(commitTarget, Math.min(prepare.lastCommitted(), matched));
        effects.addAll(commit());
        PrepareAnswer answer = answer(prepare.messageId(), Outcome.OK, ballot);
        if (history.isAllWritten()) {
            effects.add(new Effect.Answer(token, answer));
        } else {
            waiting.addLast(new Waiting(history.lastAppend(), token, answer));
        }
        return effects;
    }

    List<Effect> onLogWritten(long sequence) {
        local.history().onWritten(sequence);
        List<Effect> effects = new ArrayList<>(commit());
        while (!waiting.isEmpty() && waiting.peekFirst().sequence() <= sequence) {
            Waiting done = waiting.removeFirst();
            PrepareAnswer answer = done.answer();
            effects.add(new Effect.Answer(
                    done.token(),
                    new PrepareAnswer(
                            answer.messageId(),
                            answer.outcome(),
                            answer.ballot(),
                            answer.lastPrepared(),
                            local.history().committed())));
        }
        return effects;
    }

    /** Answers what still waits: the role ends, or another primary took over. */
    List<Effect> end(Ballot ballot) {
        List<Effect> effects = new ArrayList<>();
        for (Waiting left : waiting) {
            effects.add(new Effect.Answer(left.token(), answer(left.answer().messageId(), Outcome.OLD_BALLOT, ballot)));
        }
        waiting.clear();
        return effects;
    }

    PrepareAnswer answer(long messageId, Outcome outcome, Ballot ballot) {
        return new PrepareAnswer(
                messageId, outcome, ballot, matched, local.history().committed());
    }

    private List<Effect> commit() {
        History history = local.history();
        List<Effect> effects = new ArrayList<>();
        for (Mutation mutation :
                history.commitTo(Math.max(history.committed(), Math.min(commitTarget, history.written())))) {
            effects.add(new Effect.Commit(mutation, List.of()));
        }
        return effects;
    }

    private record Waiting(long sequence, long token, PrepareAnswer answer) {}
}
