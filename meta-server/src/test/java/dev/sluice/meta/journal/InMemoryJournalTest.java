package dev.sluice.meta.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InMemoryJournalTest extends JournalContract {
    private final VirtualTime time = new VirtualTime();
    private @Nullable InMemoryJournal last;

    @Override
    InMemoryJournal open() {
        InMemoryJournal journal = last == null ? InMemoryJournal.empty(time) : last.reopened();
        last = journal;
        return journal;
    }

    @Override
    void untilLeading(Heard heard, Journal journal) {
        ((InMemoryJournal) journal).lead();
        time.runDue();
    }

    @Override
    <T> T settle(CompletableFuture<T> future) {
        time.runDue();
        assertThat(future).isDone();
        return future.join();
    }

    @Test
    void anEntryInFlightMayBeCommittedAfterTheLeadershipIsLost() {
        InMemoryJournal journal = open();
        Heard heard = startLeading(journal);
        journal.holdCommits();
        CompletableFuture<ProposeOutcome> first = journal.propose(bytes("first"));
        CompletableFuture<ProposeOutcome> second = journal.propose(bytes("second"));
        journal.loseLeadership(1);
        assertThat(settle(first)).isInstanceOf(ProposeOutcome.Unknown.class);
        assertThat(settle(second)).isInstanceOf(ProposeOutcome.Unknown.class);
        assertThat(heard.log).containsExactly("leading", "lost", "first");
    }
}
