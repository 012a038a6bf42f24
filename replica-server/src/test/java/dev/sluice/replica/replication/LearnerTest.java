package dev.sluice.replica.replication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A learner whose primary lost its last proposal in a crash, goes on under its ballot and proposes another one at the same
 * decree. The learner has the lost one in its log, and has asked anew.
 */
final class LearnerTest {
    private static final HostPort SELF = new HostPort("10.0.0.1", 34801);
    private static final HostPort PRIMARY = new HostPort("10.0.0.2", 34801);
    private static final Ballot BALLOT = new Ballot(5);
    private static final long FIRST_LEARN_ID = 8;
    private static final long LEARN_ID = 9;
    private static final Mutation LOST = mutation(3, 30, "lost");
    private static final Mutation PROPOSED_AFTER = mutation(3, 31, "proposed after");

    private final List<Mutation> committed = new ArrayList<>();
    private final List<Outcome> answers = new ArrayList<>();
    private final List<LearnAsk> asked = new ArrayList<>();
    private final List<Mutation> appended = new ArrayList<>();
    private long lastAppend;
    private Role learner;

    @BeforeEach
    void askAnewWithTheLostProposalInTheLog() {
        History history = new History(
                Limits.DEFAULT, 0, List.of(mutation(1, 10, "one"), mutation(2, 20, "two")), FIRST_LEARN_ID - 1);
        history.commitTo(2);
        learner = Role.found(SELF, history, Limits.DEFAULT);
        perform(learner.onDirective(new Configuration(BALLOT, PRIMARY, List.of(), List.of(SELF), 1), 0));
        perform(learner.onLearned(FIRST_LEARN_ID, new LearnAnswer.Log(List.of(), 3), 0));
        prepare(FIRST_LEARN_ID, List.of(LOST), 2);
        assertThat(appended).containsExactly(LOST);
        assertThat(answers).containsExactly(Outcome.OK);

        perform(learner.onTick(20_000));
        perform(learner.onLearned(LEARN_ID, new LearnAnswer.Log(List.of(), 3), 20_000));
        appended.clear();
        answers.clear();
    }

    @Test
    void anotherProposalOfTheSameDecreeAndBallotReplacesTheLostOne() {
        prepare(LEARN_ID, List.of(PROPOSED_AFTER), 3);
        assertThat(appended).containsExactly(PROPOSED_AFTER);
        assertThat(committed).containsExactly(PROPOSED_AFTER);
    }

    @Test
    void aCommitPointDoesNotCommitWhatOnlyTheLostRunProposed() {
        prepare(LEARN_ID, List.of(), 3);
        assertThat(committed).isEmpty();
        assertThat(answers).containsExactly(Outcome.GAP);

        prepare(LEARN_ID, List.of(PROPOSED_AFTER), 3);
        assertThat(committed).containsExactly(PROPOSED_AFTER);
    }

    /** What it could not apply is behind it in its history, so that a log tail would never bring it again. */
    @Test
    void onlyACheckpointHelpsAReplicaThatCouldNotApplyWhatItLearnedWhateverItIsToldBetween() {
        perform(learner.onFailure("mutation 2 cannot be applied", 20_000));
        perform(learner.onDirective(new Configuration(BALLOT, PRIMARY, List.of(), List.of(), 1), 20_100));
        assertThat(learner.name()).isEqualTo(RoleName.ERROR);
        perform(learner.onDirective(new Configuration(BALLOT, PRIMARY, List.of(), List.of(SELF), 1), 20_200));
        assertThat(learner.name()).isEqualTo(RoleName.LEARNER);
        assertThat(asked.get(asked.size() - 1).needsCheckpoint()).isTrue();
    }

    private void prepare(long learnId, List<Mutation> mutations, long lastCommitted) {
        perform(learner.onPrepare(
                1, new Prepare(0, BALLOT, PRIMARY, mutations, lastCommitted, true, learnId, 3), 10_000));
    }

    /** Appends are in the log at once. */
    private void perform(Step step) {
        learner = step.next();
        long appendedBefore = lastAppend;
        for (Effect effect : step.effects()) {
            if (effect instanceof Effect.Append append) {
                appended.addAll(append.mutations());
                lastAppend = append.sequence();
            } else if (effect instanceof Effect.Commit commit) {
                committed.add(commit.mutation());
            } else if (effect instanceof Effect.AskToLearn ask) {
                asked.add(ask.ask());
            } else if (effect instanceof Effect.Answer answer) {
                answers.add(answer.answer().outcome());
            }
        }
        if (lastAppend > appendedBefore) {
            perform(learner.onLogWritten(lastAppend, 10_000));
        }
    }

    private static Mutation mutation(long decree, long timestampUs, String row) {
        return new Mutation(
                decree, BALLOT, timestampUs, new Rows(List.of(new RowChange(row.getBytes(UTF_8), new byte[0]))));
    }
}
