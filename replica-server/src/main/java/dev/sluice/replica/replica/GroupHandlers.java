package dev.sluice.replica.replica;

import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.wire.WireGpid;
import dev.sluice.wire.internal.LearnEndReply;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what the members of a group send each other.
 *
 * <p>A message to a replica is read before the replica hears of it: one that says what cannot be is answered {@code
 * ERR_INVALID_PARAMETERS}. What is thrown once it was read is our own fault: what the handler throws is answered {@code
 * ERR_UNKNOWN} and logged by the thread that it ran on. What an effect of the replica's role throws takes the replica out
 * instead, and the asker waits until its time is over. An answer that waits for the log or a lesson is the replica's to give.
 */
public final class GroupHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(GroupHandlers.class);

    private GroupHandlers() {}

    /**
     * Adds them to the table. Chunks of checkpoints and parts of staged files are read on {@code reads}.
     *
     * @param parts reads a part of a staged file; blocks
     */
    public static void register(
            RpcHandlers handlers,
            Replicas replicas,
            CheckpointShelf shelf,
            Function<LoadPartRequest, LoadPartReply> parts,
            Executor reads) {
        handlers.on(
                InternalRpcs.PREPARE,
                Access.SERVERS,
                (caller, header, request, responder) -> with(
                        replicas, request.getGpid(), responder, () -> Messages.prepare(request), Replica::onPrepare));
        handlers.on(
                InternalRpcs.LEARN,
                Access.SERVERS,
                (caller, header, request, responder) ->
                        with(replicas, request.getGpid(), responder, () -> Messages.ask(request), Replica::onLearn));
        handlers.on(
                InternalRpcs.GROUP_LOAD,
                Access.SERVERS,
                (caller, header, request, responder) -> with(
                        replicas,
                        request.getGpid(),
                        responder,
                        () -> LoadWire.groupOrder(request, replicas.self()),
                        Replica::onGroupLoad));
        handlers.on(
                InternalRpcs.LOAD_PROGRESS,
                Access.SERVERS,
                (caller, header, request, responder) -> with(
                        replicas,
                        request.getGpid(),
                        responder,
                        () -> LoadWire.progress(request),
                        Replica::onLoadProgress));
        handlers.on(
                InternalRpcs.LEARN_FILE,
                Access.SERVERS,
                (caller, header, request, responder) ->
                        reads.execute(Replies.guarded(responder, () -> responder.reply(shelf.read(request)))));
        handlers.on(
                InternalRpcs.LOAD_PART,
                Access.SERVERS,
                (caller, header, request, responder) ->
                        reads.execute(Replies.guarded(responder, () -> responder.reply(parts.apply(request)))));
        handlers.on(
                InternalRpcs.LEARN_END,
                Access.SERVERS,
                (caller, header, request, responder) -> reads.execute(Replies.guarded(responder, () -> {
                    shelf.end(request.getCheckpointId());
                    responder.reply(new LearnEndReply(Wire.error(ErrorCode.ERR_OK)));
                })));
    }

    /** Hears, on the replica's loop, what was read of a message. */
    private interface Hearer<M, R> {
        void hear(Replica replica, M message, Responder<R> responder);
    }

    private static <M, R> void with(
            Replicas replicas, WireGpid gpid, Responder<R> responder, Supplier<M> reading, Hearer<M, R> hearer) {
        Replica replica = replicas.find(Wire.gpid(gpid));
        if (replica == null) {
            responder.fail(ErrorCode.ERR_OBJECT_NOT_FOUND);
            return;
        }
        M message;
        try {
            message = reading.get();
        } catch (IllegalArgumentException e) {
            LOG.warn("{}: a message of its group is refused", replica.gpid(), e);
            responder.fail(ErrorCode.ERR_INVALID_PARAMETERS);
            return;
        }
        replica.loop().execute(Replies.guarded(responder, () -> hearer.hear(replica, message, responder)));
    }
}
