package dev.sluice.meta.journal;

/**
 * Hears what happens in the journal, one call at a time, on a thread of the journal. A call that takes long holds up what
 * comes behind it.
 */
public interface JournalListener {
    /** An entry was committed, and all before it were handed over. Indexes grow; they may have holes. */
    void onCommitted(long term, long index, byte[] entry);

    /** This member leads in that term and may propose; all entries of earlier terms were handed over before. */
    void onLeading(long term);

    /** This member leads no more. What it proposed and heard nothing of may still be committed. */
    void onLeadershipLost();

    /** The journal cannot go on: its disk failed, say. The last call. */
    void onFailed(Throwable cause);
}
