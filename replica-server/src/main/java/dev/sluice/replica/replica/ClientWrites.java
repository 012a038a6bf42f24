package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.replication.Write;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Brings the writes of clients to a replica's loop, and their results back. */
final class ClientWrites {
    private final EventLoop loop;
    private final RoleHost replica;
    private final ConcurrentLinkedQueue<Incoming> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean inboxScheduled = new AtomicBoolean();
    private final Map<Long, BiConsumer<@Nullable Long, ErrorCode>> unanswered = new HashMap<>();
    private long lastToken;

    private record Incoming(List<RowChange> rows, BiConsumer<@Nullable Long, ErrorCode> done) {}

    ClientWrites(EventLoop loop, RoleHost replica) {
        this.loop = loop;
        this.replica = replica;
    }

    /** Any thread; {@code done} runs on the loop. */
    void add(List<RowChange> rows, BiConsumer<@Nullable Long, ErrorCode> done) {
        inbox.add(new Incoming(rows, done));
        if (inboxScheduled.compareAndSet(false, true)) {
            loop.execute(this::drainInbox);
        }
    }

    private void drainInbox() {
        inboxScheduled.set(false);
        Incoming next = inbox.poll();
        while (next != null) {
            if (replica.isClosed()) {
                next.done().accept(null, ErrorCode.ERR_INVALID_STATE);
            } else {
                Write write = new Write(expect(next.done()), next.rows());
                replica.perform(replica.role().onWrite(write, loop.nowMs(), loop.wallMs() * 1000));
            }
            next = inbox.poll();
        }
    }

    void publish(Publish publish, BiConsumer<@Nullable Long, ErrorCode> done) {
        if (replica.isClosed()) {
            done.accept(null, ErrorCode.ERR_INVALID_STATE);
            return;
        }
        replica.perform(replica.role().onPublish(expect(done), publish, loop.nowMs(), loop.wallMs() * 1000));
    }

    private long expect(BiConsumer<@Nullable Long, ErrorCode> done) {
        unanswered.put(++lastToken, done);
        return lastToken;
    }

    /** {@code decree} is null unless the error is {@link ErrorCode#ERR_OK}. */
    void answer(long token, @Nullable Long decree, ErrorCode error) {
        BiConsumer<@Nullable Long, ErrorCode> done = unanswered.remove(token);
        if (done != null) {
            done.accept(decree, error);
        }
    }

    /** The replica closes: all are refused. */
    void close() {
        unanswered.values().forEach(done -> done.accept(null, ErrorCode.ERR_INVALID_STATE));
        unanswered.clear();
    }
}
