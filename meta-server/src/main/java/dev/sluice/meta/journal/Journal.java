package dev.sluice.meta.journal;

import dev.sluice.common.HostPort;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The log of the meta group, as one member sees it. Safe for use by several threads. */
public interface Journal extends AutoCloseable {
    /**
     * Joins the group. The listener hears every committed entry from the first one on. Returns when the member is up, not
     * when there is a leader.
     */
    void start(JournalListener listener);

    /**
     * Proposes an entry. The future completes on any thread, and never fails: what went wrong is an outcome. Only a leader
     * that is ready may succeed.
     */
    CompletableFuture<ProposeOutcome> propose(byte[] entry);

    /**
     * True if this member leads and no other can have become leader by now. Cheap; checked after the fact that depends on
     * it was established.
     */
    boolean isLeaderLeaseValid();

    /** The address at which clients reach the leader, if this member knows one; may be out of date. */
    Optional<HostPort> findLeader();

    /** Leaves the group for now; what is stored stays. The listener hears nothing after this. */
    @Override
    void close();
}
