package dev.sluice.meta.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every journal must do; the twin and the real one. */
abstract class JournalContract {
    /** Opens the journal on what the one before has stored. */
    abstract Journal open();

    /** Waits until the member leads, or in a twin: makes it lead. */
    abstract void untilLeading(Heard heard, Journal journal);

    /** Waits until the future is done. */
    abstract <T> T settle(CompletableFuture<T> future);

    @Test
    void whatIsProposedComesOutInOrderUnderTheTermOfTheLeader() {
        try (Journal journal = open()) {
            Heard heard = startLeading(journal);
            List<CompletableFuture<ProposeOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                outcomes.add(journal.propose(bytes("entry-" + i)));
            }
            for (int i = 0; i < 20; i++) {
                ProposeOutcome outcome = settle(outcomes.get(i));
                assertThat(outcome).isInstanceOf(ProposeOutcome.Committed.class);
                assertThat(((ProposeOutcome.Committed) outcome).term()).isEqualTo(heard.terms.get(0));
            }
            assertThat(heard.entries).hasSize(20).first().isEqualTo("entry-0");
            assertThat(heard.entries).last().isEqualTo("entry-19");
            assertThat(heard.entryTerms).containsOnly(heard.terms.get(0));
            assertThat(heard.indexes).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aNewRunHearsEverythingFromTheFirstEntryOnBeforeItLeads() {
        Heard before;
        try (Journal journal = open()) {
            before = startLeading(journal);
            settle(journal.propose(bytes("one")));
            settle(journal.propose(bytes("two")));
        }
        try (Journal journal = open()) {
            Heard heard = startLeading(journal);
            assertThat(heard.log).startsWith("one", "two", "leading");
            assertThat(heard.entryTerms).containsExactlyElementsOf(before.entryTerms);
            assertThat(heard.indexes).containsExactlyElementsOf(before.indexes);
            assertThat(heard.terms.get(0)).isGreaterThan(before.terms.get(0));
        }
    }

    @Test
    void aJournalThatIsClosedRefuses() {
        Journal journal = open();
        startLeading(journal);
        journal.close();
        assertThat(settle(journal.propose(bytes("late")))).isInstanceOf(ProposeOutcome.Refused.class);
        assertThat(journal.isLeaderLeaseValid()).isFalse();
    }

    Heard startLeading(Journal journal) {
        Heard heard = new Heard();
        journal.start(heard);
        untilLeading(heard, journal);
        return heard;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** What a listener heard. */
    static final class Heard implements JournalListener {
        final List<String> log = Collections.synchronizedList(new ArrayList<>());
        final List<String> entries = Collections.synchronizedList(new ArrayList<>());
        final List<Long> entryTerms = Collections.synchronizedList(new ArrayList<>());
        final List<Long> indexes = Collections.synchronizedList(new ArrayList<>());
        final List<Long> terms = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onCommitted(long term, long index, byte[] entry) {
            log.add(new String(entry, UTF_8));
            entries.add(new String(entry, UTF_8));
            entryTerms.add(term);
            indexes.add(index);
        }

        @Override
        public void onLeading(long term) {
            log.add("leading");
            terms.add(term);
        }

        @Override
        public void onLeadershipLost() {
            log.add("lost");
        }

        @Override
        public void onFailed(Throwable cause) {
            log.add("failed " + cause);
        }
    }
}
