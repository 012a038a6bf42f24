package dev.sluice.common.rpc.testing;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.time.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** What one process sends over the simulated network. */
final class SimulatedClient implements RpcClient {
    private final SimulatedNetwork network;
    private final HostPort self;
    private final Executor host;
    private final @Nullable Supplier<ServerIdentity> greeting;

    SimulatedClient(
            SimulatedNetwork network, HostPort self, Executor host, @Nullable Supplier<ServerIdentity> greeting) {
        this.network = network;
        this.self = self;
        this.host = host;
        this.greeting = greeting;
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
        Call<Q, R> call = new Call<>(target, rpc, header, copy(request));
        call.begin();
        return call.answer;
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
            HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
        SimulatedStream<Q, R> stream = new SimulatedStream<>(network, self, target, rpc, host, listener, caller());
        return stream.opener();
    }

    @Override
    public void close() {
        network.breakConnections(self);
    }

    private Caller caller() {
        ServerIdentity known = greeting == null ? null : greeting.get();
        return known == null ? new Caller(self, null, 0) : new Caller(self, known.address(), known.incarnation());
    }

    /** Across the network nobody shares an object. */
    @SuppressWarnings("unchecked") // a copy of a message is of its own type
    static <T extends TBase<?, ?>> T copy(T message) {
        return (T) message.deepCopy();
    }

    /** An answer for which a thread may wait: meanwhile virtual time goes on. */
    private static final class Answer<R> extends CompletableFuture<R> {
        private final SimulatedNetwork network;

        private Answer(SimulatedNetwork network) {
            this.network = network;
        }

        @Override
        public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            network.waiter().await(this::isDone, unit.toMillis(timeout));
            if (!isDone()) {
                throw new TimeoutException();
            }
            return get();
        }
    }

    private final class Call<Q extends TBase<?, ?>, R extends TBase<?, ?>> {
        private final HostPort target;
        private final Rpc<Q, R> rpc;
        private final RequestHeader header;
        private final Q request;
        private final Answer<R> answer = new Answer<>(network);
        private final Runnable onBreak = this::onBreak;
        private EventLoop.@Nullable Timer timeout;

        private Call(HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
            this.target = target;
            this.rpc = rpc;
            this.header = header;
            this.request = request;
        }

        private void begin() {
            timeout = network.time()
                    .schedule(
                            header.timeoutMs(),
                            () -> end(
                                    null,
                                    new RpcException(
                                            ErrorCode.ERR_TIMEOUT,
                                            rpc + ": no answer in " + header.timeoutMs() + " ms")));
            network.onBreak(self, target, onBreak);
            network.send(self, target, this::arrive);
            if (network.isRepeated(rpc.taskCode())) {
                network.send(self, target, this::arrive);
            }
        }

        private void onBreak() {
            network.time()
                    .schedule(network.delayMs(), () -> end(null, SimulatedNetwork.networkFailure("connection broken")));
        }

        private void arrive() {
            SimulatedNetwork.Endpoint server = network.find(target);
            if (server == null) {
                network.send(target, self, () -> end(null, SimulatedNetwork.networkFailure("connection refused")));
                return;
            }
            network.trace(self + " > " + target + " " + rpc.taskCode() + " " + header.gpid());
            server.host().execute(() -> handle(server.handlers()));
        }

        // The table is by task code, and a code has one pair of types.
        @SuppressWarnings("unchecked")
        private void handle(RpcHandlers handlers) {
            RpcHandlers.Entry<Q, R> entry =
                    (RpcHandlers.Entry<Q, R>) handlers.entries().get(rpc.taskCode());
            Responder<R> responder = new Responder<>() {
                private boolean answered;

                @Override
                public void reply(R reply) {
                    if (first()) {
                        R copied = copy(reply);
                        network.send(target, self, () -> end(copied, null));
                    }
                }

                @Override
                public void fail(ErrorCode error) {
                    if (first()) {
                        network.send(target, self, () -> end(null, new RpcException(error, "refused by " + target)));
                    }
                }

                private boolean first() {
                    boolean isFirst = !answered && network.find(target) != null;
                    answered = true;
                    return isFirst;
                }
            };
            Caller caller = caller();
            boolean open = entry != null && (entry.access() == Access.CLIENTS || caller.server() != null);
            RpcHandlers.Handler<Q, R> handler = entry == null ? null : entry.handler();
            if (!open || handler == null) {
                responder.fail(ErrorCode.ERR_HANDLER_NOT_FOUND);
                return;
            }
            try {
                handler.handle(caller, header, copy(request), responder);
            } catch (RuntimeException e) {
                network.failed(e);
                responder.fail(ErrorCode.ERR_UNKNOWN);
            }
        }

        private void end(@Nullable R reply, @Nullable RpcException failure) {
            network.forget(self, target, onBreak);
            if (timeout != null) {
                timeout.cancel();
            }
            if (answer.isDone()) {
                return;
            }
            host.execute(() -> {
                if (reply != null) {
                    answer.complete(reply);
                } else if (failure != null) {
                    answer.completeExceptionally(failure);
                }
            });
        }
    }
}
