package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/**
 * The meta servers: finds the leader and sends it requests, until the reply comes from a leader or the time is over.
 *
 * <p>A server that cannot be reached is followed by the next in the list; one that is not ready yet is asked again. A
 * follower names the leader in its answer to a query of a configuration only, so that it is asked for one if something
 * else was refused. The leader that it names joins the list if it was unknown: any one server leads to the whole group.
 */
final class MetaGroup {
    private final RpcClient rpc;
    private final EventLoop loop;
    private final Pauses pauses;
    private final ClientOptions options;
    private final List<HostPort> servers;
    private volatile HostPort leader;

    MetaGroup(List<HostPort> servers, RpcClient rpc, EventLoop loop, Pauses pauses, ClientOptions options) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("the list of meta servers is empty: expected host:port,...");
        }
        this.rpc = rpc;
        this.loop = loop;
        this.pauses = pauses;
        this.options = options;
        this.servers = new CopyOnWriteArrayList<>(servers);
        this.leader = servers.get(0);
    }

    List<HostPort> servers() {
        return List.copyOf(servers);
    }

    /** Sends what does no harm if it is carried out twice. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            String what, Rpc<Q, R> code, Q request, Function<R, WireErrorCode> errorOf) {
        return new Call<>(what, code, request, errorOf, true).start();
    }

    /**
     * Sends what must not be carried out twice: first finds the leader, then sends to it, and gives up if the connection
     * fails then.
     */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> callOnce(
            String what, Rpc<Q, R> code, Q request, Function<R, WireErrorCode> errorOf) {
        return call(what, AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest(), ClusterInfoResponse::getErr)
                .thenCompose(found -> new Call<>(what, code, request, errorOf, false).start());
    }

    private final class Call<Q extends TBase<?, ?>, R extends TBase<?, ?>> implements Pauses.Paused {
        private final String what;
        private final Rpc<Q, R> code;
        private final Q request;
        private final Function<R, WireErrorCode> errorOf;
        private final boolean harmlessTwice;
        private final long deadlineMs = loop.nowMs() + options.adminTimeoutMs();
        private final CompletableFuture<R> result = new CompletableFuture<>();
        private int attempts;

        Call(String what, Rpc<Q, R> code, Q request, Function<R, WireErrorCode> errorOf, boolean harmlessTwice) {
            this.what = what;
            this.code = code;
            this.request = request;
            this.errorOf = errorOf;
            this.harmlessTwice = harmlessTwice;
        }

        CompletableFuture<R> start() {
            attempt();
            return result;
        }

        @Override
        public void goOn() {
            attempt();
        }

        @Override
        public void onClosed() {
            fail(ErrorCode.ERR_NETWORK_FAILURE, "the client was closed");
        }

        private void attempt() {
            HostPort target = leader;
            attempts++;
            long left = Math.max(1, deadlineMs - loop.nowMs());
            // What cannot be repeated gets all the time there is: a second attempt will not follow.
            long timeout = harmlessTwice ? Math.min(left, options.attemptTimeoutMs()) : left;
            WhenDone.run(rpc.call(target, code, RequestHeader.toServer((int) timeout), request), (reply, failure) -> {
                if (reply != null) {
                    onReply(target, reply);
                } else {
                    onFailure(target, failure);
                }
            });
        }

        private void onReply(HostPort target, R reply) {
            ErrorCode error = Wire.error(errorOf.apply(reply));
            switch (error) {
                case ERR_FORWARD_TO_OTHERS -> {
                    if (reply instanceof QueryConfigResponse answer) {
                        onFollower(target, leaderNamedBy(answer));
                    } else {
                        askForLeader(target);
                    }
                }
                case ERR_SERVICE_NOT_ACTIVE, ERR_UNDER_RECOVERY ->
                    retry(true, error, target + " is not ready to serve");
                default -> result.complete(reply);
            }
        }

        private void askForLeader(HostPort follower) {
            long left = Math.max(1, deadlineMs - loop.nowMs());
            RequestHeader header = RequestHeader.toServer((int) Math.min(left, options.attemptTimeoutMs()));
            QueryConfigRequest anyApp = new QueryConfigRequest().setAppName("").setPartitionIndices(List.of());
            WhenDone.run(
                    rpc.call(follower, AdminRpcs.QUERY_CONFIG, header, anyApp),
                    (reply, failure) -> onFollower(follower, reply == null ? Optional.empty() : leaderNamedBy(reply)));
        }

        private void onFollower(HostPort target, Optional<HostPort> named) {
            named.ifPresentOrElse(MetaGroup.this::follow, () -> passOver(target));
            // A full round without a leader means that there is none now.
            boolean wait = named.isEmpty() && attempts % servers.size() == 0;
            retry(wait, ErrorCode.ERR_FORWARD_TO_OTHERS, target + " is not the leader");
        }

        private void onFailure(HostPort target, @Nullable Throwable cause) {
            ErrorCode error = cause instanceof RpcException known ? known.error() : ErrorCode.ERR_UNKNOWN;
            String reason = target + " did not answer: " + (cause == null ? "unknown" : cause.getMessage());
            passOver(target);
            if (!harmlessTwice) {
                fail(error, reason + "; it may have been carried out all the same");
            } else if (error == ErrorCode.ERR_HANDLER_NOT_FOUND) {
                fail(error, target + " does not know " + code);
            } else {
                retry(attempts % servers.size() == 0, error, reason);
            }
        }

        private void retry(boolean wait, ErrorCode error, String reason) {
            long delayMs = wait ? options.backoffMs(1 + attempts / servers.size()) : 0;
            if (loop.nowMs() + delayMs >= deadlineMs) {
                fail(error, reason + "; gave up after " + options.adminTimeoutMs() + " ms");
            } else {
                pauses.pause(delayMs, this);
            }
        }

        private void fail(ErrorCode error, String reason) {
            result.completeExceptionally(
                    new ClientException(error, what + " at meta servers " + servers + ": " + reason));
        }
    }

    private static Optional<HostPort> leaderNamedBy(QueryConfigResponse reply) {
        return Wire.error(reply.getErr()) == ErrorCode.ERR_FORWARD_TO_OTHERS
                        && !reply.getPartitions().isEmpty()
                ? Wire.find(reply.getPartitions().get(0).getPrimary())
                : Optional.empty();
    }

    private void follow(HostPort named) {
        if (!servers.contains(named)) {
            servers.add(named);
        }
        leader = named;
    }

    /** The next in the list is asked next, unless somebody has moved on already. */
    private void passOver(HostPort target) {
        if (leader.equals(target)) {
            leader = servers.get((servers.indexOf(target) + 1) % servers.size());
        }
    }
}
