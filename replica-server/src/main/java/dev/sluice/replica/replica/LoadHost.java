package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import dev.sluice.wire.internal.LoadProgressReply;
import dev.sluice.wire.internal.LoadProgressRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A replica, as the loads on it see it. Calls come on {@link #loop}, and so do all answers. */
public interface LoadHost {
    Gpid gpid();

    /** This server, as configurations name it. */
    HostPort self();

    /** Of this process. */
    long incarnation();

    /** Owns the replica's state. */
    EventLoop loop();

    /** Where staged files belong: beside the engine, on the same file system. Made by the loads when they need it. */
    Path loadDirectory();

    /** Role, ballot, members and app as they are now. */
    ReplicaView view();

    /** Id of the last load that this replica's engine published, 0 for none. */
    long publishedLoadId();

    /** What stands against publishing these files with mode behind; blocks, on any thread. */
    Optional<String> findBehindConflict(List<Path> stagedFiles);

    /** Whether the engine has the rows of that generation. */
    boolean keepsGeneration(long id);

    /** True if the log holds a publish of that load which is not applied yet, committed or not: it needs the staged files. */
    boolean awaitsPublish(long loadId);

    /** Decree of the last mutation that this replica's engine applied. */
    long appliedDecree();

    /** Decree up to which this replica's engine survives a crash. */
    long durableDecree();

    /** Flushes soon, and again until that decree is durable. {@link LoadHooks#onDurable} hears of it. */
    void flushSoon(long decree);

    /** Something of {@link LoadHooks#report} changed: it goes to the leader at once. */
    void reportChanged();

    /**
     * Flushes and links ahead, so that the publish itself is short. Runs on the maintenance pool; {@code done} gets null, or
     * what went wrong. The publish is right without it.
     */
    void preparePublish(Publish publish, List<Path> stagedFiles, Consumer<@Nullable RuntimeException> done);

    /**
     * Proposes a publish; only a primary that serves can. {@code done} gets the decree once every member has it in its
     * fsynced log and it is applied here; an exception means that it may yet be applied or not: look at {@link
     * #publishedLoadId} before proposing again.
     */
    void proposePublish(Publish publish, BiConsumer<@Nullable Long, @Nullable RuntimeException> done);

    /** Sends a group request to a member or learner; {@code done} gets the reply or what went wrong. */
    void sendGroupLoad(
            HostPort member, GroupLoadRequest request, BiConsumer<@Nullable GroupLoadReply, @Nullable Throwable> done);

    /** Tells the primary of this partition how this member's load stands. */
    void sendProgress(LoadProgressRequest progress, BiConsumer<@Nullable LoadProgressReply, @Nullable Throwable> done);

    /** Asks another member for a part of a file of a load; any thread. */
    CompletableFuture<LoadPartReply> askPart(HostPort member, LoadPartRequest request);

    /** This replica cannot go on: it stops serving, says why, and gives way to a learner. */
    void failReplica(String message);
}
