package dev.sluice.replica.log;

import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.log.SegmentFormat.Header;
import dev.sluice.replica.log.SegmentWriter.Append;
import dev.sluice.replica.log.SegmentWriter.DeleteBefore;
import dev.sluice.replica.log.SegmentWriter.GiveUpBefore;
import dev.sluice.replica.log.SegmentWriter.NewSegment;
import dev.sluice.replica.log.SegmentWriter.Step;
import dev.sluice.replica.mutation.Mutation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mutation log in segment files.
 *
 * <p>A call decides at once where its records will stand, and the index says so; an executor then writes the records of all
 * calls that have come meanwhile in one go. What is not written yet is read from memory. After an error of the disk all
 * later calls fail with it, until {@link #restartAfter} begins the log anew.
 */
public final class SegmentedMutationLog implements MutationLog {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentedMutationLog.class);

    private static final Completion NOBODY = new Completion() {
        @Override
        public void onWritten() {}

        @Override
        public void onFailed(LogException error) {
            LOG.error("log: a change of its extent failed", error);
        }
    };

    private final FileSystem files;
    private final Path directory;
    private final LogOptions options;
    private final Executor executor;
    private final SegmentWriter writer;
    /** Held while writing, and for closing. Never taken while {@link #lock} is held. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Guards all below. */
    private final Object lock = new Object();

    private final DecreeIndex index;
    private final Deque<Call> calls = new ArrayDeque<>();
    /** Payloads that are not in a file yet, by position. */
    private final Map<Position, byte[]> unwritten = new HashMap<>();

    private long sequence;
    private int segmentBytes;
    private boolean scheduled;
    private boolean closed;
    private @Nullable LogException failure;

    private record Position(long sequence, int offset) {}

    /** What one call is to write; {@code doom} is the error that ended the log before, null if there is none. */
    private record Call(
            List<Step> steps,
            int bytes,
            boolean fsync,
            Completion done,
            @Nullable LogException doom) {
        Call(List<Step> steps, int bytes, boolean fsync, Completion done) {
            this(steps, bytes, fsync, done, null);
        }

        Call doomed(LogException error) {
            return new Call(List.of(), bytes, false, done, doom == null ? error : doom);
        }
    }

    private SegmentedMutationLog(
            FileSystem files, Path directory, LogOptions options, Executor executor, LogRecovery.Recovered recovered)
            throws IOException {
        this.files = files;
        this.directory = directory;
        this.options = options;
        this.executor = executor;
        index = recovered.index();
        sequence = recovered.lastSequence();
        segmentBytes = recovered.lastSegmentBytes();
        writer = new SegmentWriter(files, directory, sequence, options.groupBytesMax());
    }

    /**
     * Opens the log in a directory, or makes an empty one there. A torn tail is cut; damage before it is a {@link
     * LogException} that names segment and offset.
     *
     * @param executor runs the writing, one task of a log at a time, in order; usually the node's {@link LogWriter}
     */
    public static SegmentedMutationLog open(FileSystem files, Path directory, LogOptions options, Executor executor) {
        try {
            if (!files.isDirectory(directory)) {
                files.createDirectories(directory);
                Path parent = directory.getParent();
                if (parent != null) {
                    files.syncDirectory(parent);
                }
            }
            return new SegmentedMutationLog(files, directory, options, executor, LogRecovery.recover(files, directory));
        } catch (IOException e) {
            throw new LogException(directory + ": the log cannot be opened: " + e, e);
        }
    }

    @Override
    public long firstDecree() {
        synchronized (lock) {
            return index.firstDecree();
        }
    }

    @Override
    public long lastDecree() {
        synchronized (lock) {
            return index.lastDecree();
        }
    }

    @Override
    public void append(List<Mutation> mutations, boolean fsync, Completion done) {
        List<byte[]> payloads = new ArrayList<>(mutations.size());
        for (Mutation mutation : mutations) {
            byte[] payload = SegmentFormat.payload(mutation);
            if (payload.length > options.recordBytesMax()) {
                throw new IllegalArgumentException(directory + ": mutation " + mutation.decree() + " has "
                        + payload.length + " bytes, expected up to " + options.recordBytesMax());
            }
            payloads.add(payload);
        }
        synchronized (lock) {
            requireUsable();
            requireInOrder(mutations);
            List<Step> steps = new ArrayList<>(payloads.size() + 1);
            int bytes = 0;
            for (byte[] payload : payloads) {
                int offset = place(payload, steps);
                index.dropAfter(SegmentFormat.decree(payload) - 1);
                index.add(sequence, offset);
                bytes += payload.length;
            }
            enqueue(new Call(steps, bytes, fsync, done));
        }
    }

    @Override
    public void dropAfter(long decree) {
        synchronized (lock) {
            requireUsable();
            if (decree >= index.lastDecree()) {
                return;
            }
            List<Step> steps = new ArrayList<>(2);
            byte[] payload = SegmentFormat.dropPayload(decree);
            place(payload, steps);
            index.dropAfter(decree);
            enqueue(new Call(steps, payload.length, false, NOBODY));
        }
    }

    @Override
    public void truncateBefore(long decree) {
        synchronized (lock) {
            requireUsable();
            long keep = index.contains(decree) ? index.sequence(decree) : sequence;
            if (decree < index.firstDecree() || !holdsBefore(keep)) {
                return;
            }
            index.dropSegmentsBefore(keep);
            enqueue(new Call(List.of(new DeleteBefore(keep)), 0, false, NOBODY));
        }
    }

    @Override
    public void restartAfter(long decree) {
        synchronized (lock) {
            LogException failed = failure;
            if (failed != null) {
                giveUpWaiting(failed);
            }
            requireUsable();
            sequence++;
            segmentBytes = SegmentFormat.HEADER_BYTES;
            index.restartAfter(decree);
            Step begin = new NewSegment(new Header(sequence, decree, true));
            // A failed log may end in a torn segment, which none may follow; and space may be what it lacked.
            List<Step> steps = failed == null
                    ? List.of(begin, new DeleteBefore(sequence))
                    : List.of(new GiveUpBefore(sequence), begin);
            enqueue(new Call(steps, 0, true, NOBODY));
        }
    }

    /** The log is usable again; what still waits fails with the error all the same, in its turn. */
    private void giveUpWaiting(LogException failed) {
        failure = null;
        unwritten.clear();
        List<Call> waiting = List.copyOf(calls);
        calls.clear();
        waiting.forEach(call -> calls.add(call.doomed(failed)));
    }

    @Override
    public List<Mutation> read(long fromDecree, int bytesMax) {
        List<Mutation> mutations = new ArrayList<>();
        long bytes = 0;
        try (SegmentReader reader = new SegmentReader(files, directory)) {
            for (long decree = fromDecree; bytes < bytesMax || mutations.isEmpty(); decree++) {
                Position position;
                byte[] payload;
                synchronized (lock) {
                    if (!index.contains(decree)) {
                        break;
                    }
                    position = new Position(index.sequence(decree), index.offset(decree));
                    payload = unwritten.get(position);
                }
                if (payload == null) {
                    payload = reader.read(position.sequence(), position.offset());
                }
                mutations.add(SegmentFormat.mutation(payload));
                bytes += payload.length;
            }
        }
        return mutations;
    }

    /** Writes what was appended, and completes it on this thread; then closes. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        writing.lock();
        try {
            while (writeGroup()) {
                // until nothing is left
            }
            writer.close();
        } catch (IOException e) {
            LOG.warn("{}: a segment could not be closed", directory, e);
        } finally {
            writing.unlock();
        }
    }

    /** Gives a record its place behind all others, before the index knows it; adds the steps that put it there. */
    private int place(byte[] payload, List<Step> steps) {
        if (sequence == 0 || segmentBytes >= options.segmentBytesMax()) {
            sequence++;
            segmentBytes = SegmentFormat.HEADER_BYTES;
            steps.add(new NewSegment(new Header(sequence, index.lastDecree(), false)));
        }
        int offset = segmentBytes;
        segmentBytes += SegmentFormat.RECORD_HEADER_BYTES + payload.length;
        unwritten.put(new Position(sequence, offset), payload);
        steps.add(new Append(sequence, offset, payload));
        return offset;
    }

    private boolean holdsBefore(long keepSequence) {
        return firstSequence() < keepSequence;
    }

    private long firstSequence() {
        return index.firstDecree() <= index.lastDecree() ? index.sequence(index.firstDecree()) : 0;
    }

    private void requireInOrder(List<Mutation> mutations) {
        long expected = index.lastDecree() + 1;
        for (int i = 0; i < mutations.size(); i++) {
            long decree = mutations.get(i).decree();
            if (i == 0 ? decree > expected || decree < 1 : decree != expected) {
                throw new IllegalArgumentException(
                        directory + ": decree " + decree + " is appended, expected " + expected);
            }
            expected = decree + 1;
        }
    }

    private void requireUsable() {
        if (failure != null) {
            throw new LogException(directory + ": the log failed before: " + failure.getMessage(), failure);
        }
        if (closed) {
            throw new LogException(directory + ": the log is closed");
        }
    }

    private void enqueue(Call call) {
        calls.add(call);
        if (!scheduled) {
            scheduled = true;
            schedule();
        }
    }

    private void schedule() {
        try {
            executor.execute(this::writeAndGoOn);
        } catch (RejectedExecutionException e) {
            failure = new LogException(directory + ": the log's thread has ended", e);
            throw failure;
        }
    }

    private void writeAndGoOn() {
        boolean more;
        writing.lock();
        try {
            more = writeGroup();
        } finally {
            writing.unlock();
        }
        if (more) {
            schedule();
        }
    }

    /** Writes the calls that are waiting, up to a limit; returns false if there were none. */
    private boolean writeGroup() {
        List<Call> group = new ArrayList<>();
        LogException error;
        synchronized (lock) {
            int bytes = 0;
            while (!calls.isEmpty() && bytes < options.groupBytesMax()) {
                Call call = calls.remove();
                bytes += call.bytes();
                group.add(call);
            }
            if (group.isEmpty()) {
                scheduled = false;
                return false;
            }
            error = failure;
        }
        if (error == null) {
            error = write(group);
        }
        for (Call call : group) {
            complete(call.done(), call.doom() == null ? error : call.doom());
        }
        return true;
    }

    private @Nullable LogException write(List<Call> group) {
        try {
            boolean fsync = false;
            for (Call call : group) {
                for (Step step : call.steps()) {
                    writer.perform(step);
                }
                fsync |= call.fsync();
            }
            writer.flush(fsync);
        } catch (IOException e) {
            LogException error = new LogException(directory + ": writing the log failed: " + e, e);
            synchronized (lock) {
                failure = error;
            }
            return error;
        }
        synchronized (lock) {
            for (Call call : group) {
                for (Step step : call.steps()) {
                    if (step instanceof Append append) {
                        unwritten.remove(new Position(append.sequence(), append.offset()));
                    }
                }
            }
        }
        return null;
    }

    private void complete(Completion done, @Nullable LogException error) {
        try {
            if (error == null) {
                done.onWritten();
            } else {
                done.onFailed(error);
            }
        } catch (RuntimeException e) {
            LOG.error("{}: a listener of the log failed", directory, e);
        }
    }
}
