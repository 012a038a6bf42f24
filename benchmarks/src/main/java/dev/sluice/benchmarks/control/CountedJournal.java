package dev.sluice.benchmarks.control;

import dev.sluice.common.HostPort;
import dev.sluice.meta.journal.Journal;
import dev.sluice.meta.journal.JournalListener;
import dev.sluice.meta.journal.ProposeOutcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A journal that counts what is proposed. */
final class CountedJournal implements Journal {
    private final Journal journal;
    private long entries;
    private long bytes;

    CountedJournal(Journal journal) {
        this.journal = journal;
    }

    long entries() {
        return entries;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void start(JournalListener listener) {
        journal.start(listener);
    }

    @Override
    public CompletableFuture<ProposeOutcome> propose(byte[] entry) {
        entries++;
        bytes += entry.length;
        return journal.propose(entry);
    }

    @Override
    public boolean isLeaderLeaseValid() {
        return journal.isLeaderLeaseValid();
    }

    @Override
    public Optional<HostPort> findLeader() {
        return journal.findLeader();
    }

    @Override
    public void close() {
        journal.close();
    }
}
