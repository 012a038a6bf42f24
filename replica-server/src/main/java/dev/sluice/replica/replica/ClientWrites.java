package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.atomic.AtomicWrite;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.replication.Role;
import dev.sluice.replica.replication.Write;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the writes of clients to a replica's loop, and their results back. */
final class ClientWrites {
    private static final Logger LOG = LoggerFactory.getLogger(ClientWrites.class);

    private final EventLoop loop;
    private final RoleHost replica;
    private final ConcurrentLinkedQueue<Incoming> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean inboxScheduled = new AtomicBoolean();
    private final Map<Long, Writer> unanswered = new HashMap<>();
    private long lastToken;

    /** A write on its way to the loop: its rows, or the writer's operation gives them. */
    private record Incoming(List<RowChange> rows, Writer writer) {}

    ClientWrites(EventLoop loop, RoleHost replica) {
        this.loop = loop;
        this.replica = replica;
    }

    /** Any thread; {@code done} runs on the loop. */
    void add(List<RowChange> rows, BiConsumer<@Nullable Long, ErrorCode> done) {
        add(new Incoming(rows, new Writer(null, done)));
    }

    /** Any thread; {@code done} runs on the loop, or never: see {@link Writer#refuse}. */
    void add(AtomicWrite operation, BiConsumer<@Nullable Long, ErrorCode> done) {
        add(new Incoming(List.of(), new Writer(operation, done)));
    }

    private void add(Incoming incoming) {
        inbox.add(incoming);
        if (inboxScheduled.compareAndSet(false, true)) {
            loop.execute(this::drainInbox);
        }
    }

    private void drainInbox() {
        inboxScheduled.set(false);
        Incoming next = inbox.poll();
        while (next != null) {
            Writer writer = next.writer();
            AtomicWrite operation = writer.operation();
            if (replica.isClosed()) {
                writer.refuse(ErrorCode.ERR_INVALID_STATE);
            } else {
                long token = expect(writer);
                Write write = operation == null
                        ? new Write(token, next.rows())
                        : Write.toBeEvaluated(token, operation.bytes());
                replica.perform(replica.role().onWrite(write, loop.nowMs(), loop.wallMs() * 1000));
            }
            next = inbox.poll();
        }
    }

    /** Evaluates a round, unless the role that asked for it is no more: it has refused its writes then. */
    void evaluate(Role asker, List<Write> round, Engine engine) {
        if (replica.isClosed() || replica.role() != asker) {
            return;
        }
        List<Write> evaluated;
        try {
            evaluated = Evaluation.of(round, unanswered, engine::get, loop.wallMs());
        } catch (RuntimeException e) {
            LOG.error("{}: an operation cannot be evaluated", replica, e);
            replica.fail("rows cannot be read: " + e.getMessage());
            return;
        }
        replica.perform(asker.onEvaluated(evaluated, loop.nowMs()));
    }

    void publish(Publish publish, BiConsumer<@Nullable Long, ErrorCode> done) {
        if (replica.isClosed()) {
            done.accept(null, ErrorCode.ERR_INVALID_STATE);
            return;
        }
        replica.perform(
                replica.role().onPublish(expect(new Writer(null, done)), publish, loop.nowMs(), loop.wallMs() * 1000));
    }

    private long expect(Writer writer) {
        unanswered.put(++lastToken, writer);
        return lastToken;
    }

    void committed(long token, long decree) {
        Writer writer = unanswered.remove(token);
        if (writer != null) {
            writer.committed(decree);
        }
    }

    void refuse(long token, ErrorCode error) {
        Writer writer = unanswered.remove(token);
        if (writer != null) {
            writer.refuse(error);
        }
    }

    /** The replica closes: all are refused. */
    void close() {
        unanswered.values().forEach(writer -> writer.refuse(ErrorCode.ERR_INVALID_STATE));
        unanswered.clear();
    }
}
