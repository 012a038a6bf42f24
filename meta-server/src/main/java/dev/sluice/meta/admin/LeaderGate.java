package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.NotLeaderException;
import dev.sluice.meta.state.MetaState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.thrift.TBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only a leader answer that is ready. What reads is answered from the committed state on the network thread; what
 * changes something is answered once it is committed.
 */
final class LeaderGate {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderGate.class);

    private final MetaLeader leader;
    private final HostPort self;
    private final RpcHandlers handlers;
    private final boolean recovers;

    /** @param recovers without a cluster yet, this server waits to be told to recover one */
    LeaderGate(MetaLeader leader, HostPort self, RpcHandlers handlers, boolean recovers) {
        this.leader = leader;
        this.self = self;
        this.handlers = handlers;
        this.recovers = recovers;
    }

    /**
     * Answers {@code rpc} from the committed state.
     *
     * @param refuse makes the reply that says why there is no answer
     */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> LeaderGate read(
            Rpc<Q, R> rpc, BiFunction<MetaState, Q, R> answer, Function<ErrorCode, R> refuse) {
        handlers.on(rpc, Access.CLIENTS, (caller, header, request, responder) -> {
            ErrorCode error = check();
            if (!error.isOk()) {
                responder.reply(refuse.apply(error));
                return;
            }
            R reply;
            try {
                reply = answer.apply(leader.state(), request);
            } catch (RuntimeException e) {
                LOG.error("{} from {} cannot be answered: {}", rpc, caller.remote(), request, e);
                reply = refuse.apply(ErrorCode.ERR_UNKNOWN);
            }
            responder.reply(reply);
        });
        return this;
    }

    /**
     * Answers {@code rpc} on the leader's event loop, where it can be seen what nodes report. Such questions come again and
     * again: they are not logged.
     */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> LeaderGate look(
            Rpc<Q, R> rpc, BiFunction<MetaState, Q, R> answer, Function<ErrorCode, R> refuse) {
        handlers.on(rpc, Access.CLIENTS, (caller, header, request, responder) -> {
            ErrorCode error = check();
            if (error.isOk()) {
                Command<R> question = (state, wallMs) -> Decision.reply(answer.apply(state, request));
                submit(question, Function.identity(), refuse, responder);
            } else {
                responder.reply(refuse.apply(error));
            }
        });
        return this;
    }

    /** Answers {@code rpc} once what the command decides is committed. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> LeaderGate write(
            Rpc<Q, R> rpc, Function<Q, Command<R>> command, Function<ErrorCode, R> refuse) {
        return act(rpc, command, Function.identity(), refuse, false);
    }

    /**
     * Answers {@code rpc} once what the command decides is committed, and what follows from it is done.
     *
     * @param act called on the leader's event loop
     * @param foundsCluster also while there is no cluster yet
     */
    <Q extends TBase<?, ?>, D, R extends TBase<?, ?>> LeaderGate act(
            Rpc<Q, R> rpc,
            Function<Q, Command<D>> command,
            Function<D, R> act,
            Function<ErrorCode, R> refuse,
            boolean foundsCluster) {
        handlers.on(rpc, Access.CLIENTS, (caller, header, request, responder) -> {
            ErrorCode error = check();
            boolean mayFound = foundsCluster && isFounding(error);
            if (!error.isOk() && !mayFound) {
                responder.reply(refuse.apply(error));
                return;
            }
            LOG.info("{} from {}: {}", rpc, caller.remote(), request);
            submit(command.apply(request), act, refuse, responder);
        });
        return this;
    }

    private <D, R extends TBase<?, ?>> void submit(
            Command<D> command, Function<D, R> act, Function<ErrorCode, R> refuse, Responder<R> responder) {
        CompletableFuture<Void> unused = leader.submit(command)
                .thenApply(act)
                .handle((reply, failure) -> failure == null ? reply : refuse.apply(errorOf(failure)))
                .thenAccept(responder::reply);
    }

    private ErrorCode check() {
        if (leader.findTerm().isPresent() && leader.holdsLease()) {
            ErrorCode without = recovers ? ErrorCode.ERR_UNDER_RECOVERY : ErrorCode.ERR_SERVICE_NOT_ACTIVE;
            return leader.state().clusterId().isEmpty() ? without : ErrorCode.ERR_OK;
        }
        // Elected, but not all of the journal is replayed or the lease not granted yet.
        return leader.findLeader().filter(self::equals).isPresent()
                ? ErrorCode.ERR_SERVICE_NOT_ACTIVE
                : ErrorCode.ERR_FORWARD_TO_OTHERS;
    }

    private static boolean isFounding(ErrorCode error) {
        return error == ErrorCode.ERR_UNDER_RECOVERY;
    }

    /** A client that is told to go elsewhere asks again, here too if this server still leads. */
    private static ErrorCode errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof NotLeaderException ? ErrorCode.ERR_FORWARD_TO_OTHERS : ErrorCode.ERR_UNKNOWN;
    }
}
