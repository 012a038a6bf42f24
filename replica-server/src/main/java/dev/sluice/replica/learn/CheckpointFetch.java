package dev.sluice.replica.learn;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.internal.LearnFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches checkpoints of primaries into directories. What a broken fetch has left there is not fetched again if the primary's
 * next checkpoint has it too. Safe for use by several threads; no thread waits for the network.
 */
public final class CheckpointFetch {
    final RpcClient rpc;
    final FileSystem files;
    final Room room;
    final Throttle throttle;
    final EventLoop timer;
    final Executor disk;
    private final int concurrentMax;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /**
     * @param timer for what is tried again
     * @param disk runs what reads and writes files, and waits for the throttle
     * @param concurrentMax fetches at once; more wait
     */
    public CheckpointFetch(
            RpcClient rpc,
            FileSystem files,
            Room room,
            Throttle throttle,
            EventLoop timer,
            Executor disk,
            int concurrentMax) {
        this.rpc = rpc;
        this.files = files;
        this.room = room;
        this.throttle = throttle;
        this.timer = timer;
        this.disk = disk;
        this.concurrentMax = concurrentMax;
    }

    /** Reserves what is to be written into a directory. Throws, with the numbers, if the disk has no room for it. */
    @FunctionalInterface
    public interface Room {
        DiskLedger.Claim reserve(Path into, long bytes) throws IOException;
    }

    /**
     * What came over the network, and what was there.
     *
     * @param bytesKept of files and parts of files that an earlier fetch had left
     */
    public record Fetched(long bytes, long bytesKept) {}

    /**
     * Fetches all files, checks and fsyncs them; other files in the directory are deleted. Fails if the primary no longer has
     * the checkpoint, a chunk fails again and again, a file is other than announced, there is no room, or {@code stop} says
     * so.
     */
    public CompletableFuture<Fetched> fetch(
            HostPort primary, Gpid gpid, long checkpointId, List<LearnFile> contents, Path into, BooleanSupplier stop) {
        FetchRun run = new FetchRun(this, primary, gpid, checkpointId, List.copyOf(contents), into, stop);
        begin(() -> disk.execute(run::begin));
        return run.done().whenComplete((fetched, failure) -> begin(null));
    }

    /** Runs a fetch when there is room for it; null: one has ended. */
    private void begin(@Nullable Runnable next) {
        Runnable starts = null;
        synchronized (this) {
            if (next == null) {
                running--;
            } else {
                waiting.addLast(next);
            }
            if (running < concurrentMax && !waiting.isEmpty()) {
                running++;
                starts = waiting.removeFirst();
            }
        }
        if (starts != null) {
            starts.run();
        }
    }
}
