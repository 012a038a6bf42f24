package dev.sluice.replica.replica;

import dev.sluice.bulkload.load.GroupOrder;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.PartitionLoadReport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a replica tells the loads on it, and asks of them. Every call comes on the replica's event loop, except where it
 * says otherwise, and must not block.
 */
public interface LoadHooks extends AutoCloseable {
    /** True if the files of that publish are verified and on this disk. */
    boolean isStaged(Publish publish);

    /**
     * The staged files of that publish, in the manifest's order; empty for a partition without files. Asked only after
     * {@link #isStaged}, possibly on a maintenance pool.
     */
    List<Path> stagedFiles(Publish publish);

    /** True while a generation that is not current is to become that, so that none may be dropped. */
    boolean rollsBack();

    /** Id of the load whose files are staged here, 0 for none: a learner tells its primary. */
    long stagedLoadId();

    /** Role, ballot or members are other than before. {@link LoadHost#view} has the new ones. */
    void onViewChanged();

    /** The engine has applied the publish; reads see it. Called again for a publish that a restart replays. */
    void onPublished(Publish publish, long decree);

    /** Everything up to the decree survives a crash: what was published up to there needs its staged files no more. */
    void onDurable(long decree);

    /**
     * What the leader wants of this partition's load; null: it speaks of none. Comes with every directive to this replica
     * while it is primary, already checked against its ballot.
     */
    void onDirective(@Nullable LoadDirective directive);

    /**
     * What the leader wants of the load of this replica's partition while the replica is inactive: it takes part in nothing,
     * and clears away what it may not keep.
     */
    void onDirectiveAlone(LoadDirective directive);

    /**
     * What the primary wants of this member or learner, already checked against its ballot. The reply is the state at this
     * moment.
     */
    GroupLoadReply onGroupLoad(GroupOrder order);

    /** A member's state came to this primary, already checked against its ballot. */
    void onProgress(HostPort member, MemberReport report);

    /** The group's part of a primary's report, or an inactive replica's own; null while no directive names a load. */
    @Nullable
    PartitionLoadReport report();

    /** Stops work and keeps what is verified: the replica closes. */
    @Override
    void close();

    /** After {@link #close}: done once nothing of the load's work touches the disk any more. Done on any thread. */
    CompletableFuture<?> ended();
}
