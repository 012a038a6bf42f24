package dev.sluice.replica.replica;

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
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what the members of a group send each other. */
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
                (caller, header, request, responder) ->
                        with(replicas, request.getGpid(), responder, replica -> replica.onPrepare(request, responder)));
        handlers.on(
                InternalRpcs.LEARN,
                Access.SERVERS,
                (caller, header, request, responder) ->
                        with(replicas, request.getGpid(), responder, replica -> replica.onLearn(request, responder)));
        handlers.on(
                InternalRpcs.GROUP_LOAD,
                Access.SERVERS,
                (caller, header, request, responder) -> with(
                        replicas, request.getGpid(), responder, replica -> replica.onGroupLoad(request, responder)));
        handlers.on(
                InternalRpcs.LOAD_PROGRESS,
                Access.SERVERS,
                (caller, header, request, responder) -> with(
                        replicas, request.getGpid(), responder, replica -> replica.onLoadProgress(request, responder)));
        handlers.on(
                InternalRpcs.LEARN_FILE,
                Access.SERVERS,
                (caller, header, request, responder) ->
                        answer(reads, responder, () -> responder.reply(shelf.read(request))));
        handlers.on(
                InternalRpcs.LOAD_PART,
                Access.SERVERS,
                (caller, header, request, responder) ->
                        answer(reads, responder, () -> responder.reply(parts.apply(request))));
        handlers.on(
                InternalRpcs.LEARN_END,
                Access.SERVERS,
                (caller, header, request, responder) -> answer(reads, responder, () -> {
                    shelf.end(request.getCheckpointId());
                    responder.reply(new LearnEndReply(Wire.error(ErrorCode.ERR_OK)));
                }));
    }

    private static void with(Replicas replicas, WireGpid gpid, Responder<?> responder, Consumer<Replica> handler) {
        Replica replica = replicas.find(Wire.gpid(gpid));
        if (replica == null) {
            responder.fail(ErrorCode.ERR_OBJECT_NOT_FOUND);
        } else {
            answer(replica.loop()::execute, responder, () -> handler.accept(replica));
        }
    }

    /** On another thread. Who asks is answered also if the request says something that cannot be, or its handler fails. */
    private static void answer(Executor thread, Responder<?> responder, Runnable handler) {
        thread.execute(() -> {
            try {
                handler.run();
            } catch (IllegalArgumentException e) {
                LOG.warn("A request of a group is refused", e);
                responder.fail(ErrorCode.ERR_INVALID_PARAMETERS);
            } catch (RuntimeException e) {
                responder.fail(ErrorCode.ERR_UNKNOWN);
                throw e;
            }
        });
    }
}
