package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.Effect;
import dev.sluice.replica.replication.History;
import dev.sluice.replica.replication.LearnAsk;
import dev.sluice.wire.internal.LearnReply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives learners what a primary's role says that they need: the log's tail, or a checkpoint. */
final class Teacher {
    private static final Logger LOG = LoggerFactory.getLogger(Teacher.class);
    private static final int LEARN_BYTES_MAX = 4 << 20;
    /** One that has not asked for so long does not go on. */
    private static final long READING_MS_MAX = 60_000;

    private final ReplicaServices services;
    private final Gpid gpid;
    private final EventLoop loop;
    private final MutationLog log;
    private final History history;
    private final EngineSlot slot;
    private final Path shelf;
    private final Supplier<String> engineDamage;
    private final RoleHost replica;
    private final Map<Long, Responder<LearnReply>> unanswered = new HashMap<>();

    /** Where each learner stands that is taught from the log, and when it asked. */
    private final Map<HostPort, Reading> readings = new HashMap<>();

    private long lastToken;

    private record Reading(long fromDecree, long atMs) {}

    Teacher(
            ReplicaServices services,
            Gpid gpid,
            EventLoop loop,
            MutationLog log,
            History history,
            EngineSlot slot,
            Path shelf,
            Supplier<String> engineDamage,
            RoleHost replica) {
        this.services = services;
        this.gpid = gpid;
        this.loop = loop;
        this.log = log;
        this.history = history;
        this.slot = slot;
        this.shelf = shelf;
        this.engineDamage = engineDamage;
        this.replica = replica;
    }

    void onAsked(LearnAsk ask, Responder<LearnReply> responder) {
        if (replica.isClosed()) {
            responder.reply(Messages.refusal(ErrorCode.ERR_INVALID_STATE, "closed"));
            return;
        }
        long token = ++lastToken;
        unanswered.put(token, responder);
        try {
            replica.perform(replica.role().onLearnAsked(token, ask, loop.nowMs()));
        } catch (RuntimeException | Error e) {
            unanswered.remove(token); // who called answers
            throw e;
        }
    }

    void teach(Effect.Teach effect) {
        Responder<LearnReply> responder = unanswered.remove(effect.token());
        if (responder == null) {
            return;
        }
        LearnAsk ask = effect.ask();
        switch (effect.lesson()) {
            case REFUSE ->
                responder.reply(Messages.refusal(
                        ErrorCode.ERR_INVALID_STATE,
                        "asked under ballot " + ask.ballot() + ", here "
                                + replica.role().name() + " of "
                                + replica.role().configuration().ballot()));
            case PREPARES -> responder.reply(Lessons.prepares(ask.lastCommitted() + 1));
            case LOG -> loop.execute(Replies.guarded(responder, () -> teachLog(ask, responder)));
            case CHECKPOINT -> teachCheckpoint(ask, responder);
        }
    }

    private void teachLog(LearnAsk ask, Responder<LearnReply> responder) {
        if (replica.isClosed()) {
            responder.fail(ErrorCode.ERR_INVALID_STATE);
            return;
        }
        long committed = history.committed();
        List<Mutation> found = Lessons.committedOf(readLog(ask.lastCommitted() + 1, LEARN_BYTES_MAX), ask, committed);
        if (found.isEmpty()) {
            teachCheckpoint(ask, responder);
            return;
        }
        long last = found.get(found.size() - 1).decree();
        boolean all = last == committed;
        readings.put(ask.learner(), new Reading(last + 1, loop.nowMs()));
        responder.reply(Lessons.log(found, all ? last + 1 : 0));
        replica.perform(replica.role().onTaught(ask, last, all, loop.nowMs()));
    }

    /** The first decree of the log that a learner still needs, as far as is known; {@link Long#MAX_VALUE} for none. */
    long neededFrom() {
        readings.values().removeIf(reading -> loop.nowMs() - reading.atMs() > READING_MS_MAX);
        return readings.values().stream().mapToLong(Reading::fromDecree).min().orElse(Long.MAX_VALUE);
    }

    private void teachCheckpoint(LearnAsk ask, Responder<LearnReply> responder) {
        String damage = engineDamage.get();
        if (!damage.isEmpty()) {
            responder.reply(Messages.refusal(
                    ErrorCode.ERR_CHECKPOINT_FAILED,
                    "the only copy is damaged, and damage is not handed on: " + damage));
            return;
        }
        Engine source = slot.watched();
        services.maintenance().execute(Replies.guarded(responder, () -> {
            try {
                var contents = services.shelf().take(gpid, ask.learner(), source, shelf);
                LOG.info(
                        "{}: {} learns from checkpoint {} at {}",
                        gpid,
                        ask.learner(),
                        contents.id(),
                        contents.decree());
                responder.reply(Lessons.checkpoint(contents));
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: no checkpoint for {}", gpid, ask.learner(), e);
                responder.reply(Messages.refusal(ErrorCode.ERR_CHECKPOINT_FAILED, String.valueOf(e.getMessage())));
            }
        }));
    }

    /** For a member that lags. */
    void readLog(Effect.ReadLog effect) {
        loop.execute(() -> {
            if (!replica.isClosed()) {
                List<Mutation> found = readLog(
                        effect.fromDecree(), services.settings().limits().prepareBytesMax());
                replica.perform(replica.role().onLogRead(effect.peer(), effect.fromDecree(), found, loop.nowMs()));
            }
        });
    }

    /** A log that cannot be read has nothing to give: the peer gives its place up, or learns from a checkpoint. */
    private List<Mutation> readLog(long fromDecree, int bytesMax) {
        try {
            return log.read(fromDecree, bytesMax);
        } catch (LogException e) {
            LOG.error("{}: the log cannot be read from {} on", gpid, fromDecree, e);
            if (!replica.isClosed()) {
                loop.execute(() -> replica.damaged(String.valueOf(e.getMessage())));
            }
            return List.of();
        }
    }

    /** The replica closes: nobody learns here. */
    void close() {
        unanswered.values().forEach(asked -> asked.fail(ErrorCode.ERR_INVALID_STATE));
        unanswered.clear();
    }
}
