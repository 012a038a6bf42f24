package dev.sluice.meta.leader;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.journal.ProposeOutcome;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.state.AppRecord;
import dev.sluice.meta.state.MetaState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetaLeaderTest {
    private final VirtualTime time = new VirtualTime();
    private final InMemoryJournal journal = InMemoryJournal.empty(time);
    private final List<CompletableFuture<Integer>> sent = new ArrayList<>();
    private final List<Throwable> fatal = new ArrayList<>();
    private final MetaLeader leader = new MetaLeader(time, journal, fatal::add);

    @BeforeEach
    void lead() {
        leader.start();
        journal.lead();
        time.runDue();
    }

    @Test
    void theReplyComesWhenTheRecordIsCommittedAndNotBefore() {
        journal.holdCommits();
        CompletableFuture<Integer> created = leader.submit(create("orders"));
        time.runDue();
        assertThat(created).isNotDone();
        assertThat(leader.state().findApp("orders")).isEmpty();

        journal.releaseCommits();
        time.runDue();
        assertThat(created).isCompletedWithValue(1);
        assertThat(leader.state().findApp("orders")).isPresent();
    }

    @Test
    void aBatchIsDecidedOneAfterTheOtherAndCostsOneEntry() {
        CompletableFuture<Integer> first = leader.submit(create("orders"));
        CompletableFuture<Integer> second = leader.submit(create("orders"));
        CompletableFuture<Integer> third = leader.submit(create("users"));
        time.runDue();
        assertThat(first).isCompletedWithValue(1);
        assertThat(second).as("the name is taken by the one before it").isCompletedWithValue(-1);
        assertThat(third).isCompletedWithValue(2);
        assertThat(journal.committedCount()).isEqualTo(1);
    }

    @Test
    void aRefusalThatRestsOnAnUncommittedSuccessorIsNotAnsweredBeforeItIsCommitted() {
        journal.holdCommits();
        sent.add(leader.submit(create("orders")));
        CompletableFuture<Integer> refused = leader.submit(create("orders"));
        time.runDue();
        assertThat(refused).isNotDone();
    }

    @Test
    void anEntryInFlightThatIsLostWithTheLeadershipLeavesNoTrace() {
        journal.holdCommits();
        CompletableFuture<Integer> created = leader.submit(create("orders"));
        time.runDue();
        journal.loseLeadership(0);
        time.runDue();
        assertThat(created).isCompletedExceptionally();
        assertThat(created).isDone();
        assertThatThrownBy(created::join).hasCauseInstanceOf(NotLeaderException.class);
        assertThat(leader.state()).isEqualTo(MetaState.EMPTY);
    }

    @Test
    void anEntryInFlightMayBeCommittedAfterTheLeadershipWasLostAndIsThenInTheState() {
        journal.holdCommits();
        CompletableFuture<Integer> created = leader.submit(create("orders"));
        time.runDue();
        journal.loseLeadership(1);
        time.runDue();
        assertThat(created).isCompletedExceptionally();
        assertThat(leader.state().findApp("orders")).isPresent();

        journal.lead();
        journal.releaseCommits();
        time.runDue();
        CompletableFuture<Integer> again = leader.submit(create("orders"));
        time.runDue();
        assertThat(again).isCompletedWithValue(-1);
    }

    @Test
    void aCommandThatWaitsWhenLeadershipIsLostFails() {
        journal.holdCommits();
        sent.add(leader.submit(create("orders")));
        time.runDue();
        CompletableFuture<Integer> waiting = leader.submit(create("users"));
        time.runDue();
        journal.loseLeadership(0);
        time.runDue();
        assertThat(waiting).isDone();
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(NotLeaderException.class);
        CompletableFuture<Integer> late = leader.submit(create("users"));
        time.runDue();
        assertThatThrownBy(late::join).hasCauseInstanceOf(NotLeaderException.class);
    }

    @Test
    void aDecisionOfALostTermIsSkippedWhenTheJournalGivesItANewOne() {
        CompletableFuture<Integer> created = leader.submit(create("orders"));
        // Lost and won again before the entry is proposed: the journal gives it the new term.
        journal.loseLeadership(0);
        journal.lead();
        sent.add(leader.submit(create("users")));
        time.runDue();
        assertThat(created).isDone();
        assertThatThrownBy(created::join).hasCauseInstanceOf(NotLeaderException.class);
        assertThat(leader.state().findApp("orders")).isEmpty();
    }

    @Test
    void aDecisionThatThrowsFailsAloneAndChangesNothing() {
        CompletableFuture<Integer> broken = leader.submit((state, wallMs) -> {
            throw new IllegalStateException("no");
        });
        CompletableFuture<Integer> fine = leader.submit(create("orders"));
        time.runDue();
        assertThat(broken).isCompletedExceptionally();
        assertThat(fine).isCompletedWithValue(1);
    }

    @Test
    void aRestartReplaysToTheSameState() {
        sent.add(leader.submit(create("orders")));
        sent.add(leader.submit(create("users")));
        time.runDue();
        journal.close();

        MetaLeader restarted = new MetaLeader(time, journal.reopened(), fatal::add);
        restarted.start();
        time.runDue();
        assertThat(restarted.state()).isEqualTo(leader.state());
        assertThat(restarted.state().digest()).isEqualTo(leader.state().digest());
        assertThat(fatal).isEmpty();
    }

    @Test
    void anEntryThatCannotBeReadStopsTheServerRatherThanBeingSkipped() {
        CompletableFuture<ProposeOutcome> unused = journal.propose("{\"format\":99}".getBytes(UTF_8));
        time.runDue();
        assertThat(fatal).hasSize(1);
        assertThat(fatal.get(0)).rootCause().hasMessageContaining("format 99");
        assertThat(leader.findTerm()).isEmpty();
    }

    private static Command<Integer> create(String name) {
        return (state, wallMs) -> {
            if (state.findApp(name).isPresent()) {
                return Decision.reply(-1);
            }
            int id = state.lastAppId() + 1;
            return Decision.record(
                    id,
                    new AppRecord.AppCreated(id, name, "pegasus", 1, 1, new TreeMap<>(), true, false, wallMs / 1000));
        };
    }
}
