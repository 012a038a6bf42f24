package dev.sluice.common.rpc.testing;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcStream;
import java.util.concurrent.Executor;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** A stream between two processes, on a connection of its own. */
final class SimulatedStream<Q extends TBase<?, ?>, R extends TBase<?, ?>> {
    /** Frames on their way before the sender is asked to wait. */
    private static final int FRAMES_UNDER_WAY_MAX = 32;

    private final SimulatedNetwork network;
    private final Rpc<Q, R> rpc;
    private final Caller caller;
    private final Side<Q, R> opener;
    private final Side<R, Q> accepter;
    private final Runnable onBreak = this::breakOff;
    private boolean accepted;
    private boolean broken;

    SimulatedStream(
            SimulatedNetwork network,
            HostPort from,
            HostPort to,
            Rpc<Q, R> rpc,
            Executor host,
            RpcStream.Listener<R> listener,
            Caller caller) {
        this.network = network;
        this.rpc = rpc;
        this.caller = caller;
        this.opener = new Side<>(from, to);
        this.accepter = new Side<>(to, from);
        opener.host = host;
        opener.listener = listener;
        network.onBreak(from, to, onBreak);
        network.onBreak(to, from, onBreak);
    }

    RpcStream<Q> opener() {
        return opener;
    }

    private void breakOff() {
        if (!broken) {
            broken = true;
            network.forget(opener.self, opener.peer, onBreak);
            network.forget(opener.peer, opener.self, onBreak);
            opener.hearClosed("connection broken");
            accepter.hearClosed("connection broken");
        }
    }

    /** False if nobody is there. */
    @SuppressWarnings("unchecked") // the table is by task code, and a code has one pair of types
    private boolean accept() {
        SimulatedNetwork.Endpoint server = network.find(opener.peer);
        RpcHandlers.Entry<Q, R> entry = server == null
                ? null
                : (RpcHandlers.Entry<Q, R>) server.handlers().entries().get(rpc.taskCode());
        RpcHandlers.StreamHandler<Q, R> handler = entry == null ? null : entry.streamHandler();
        if (server == null || handler == null) {
            return false;
        }
        accepted = true;
        accepter.host = server.host();
        accepter.host.execute(() -> accepter.listener = handler.accept(caller, accepter));
        return true;
    }

    private final class Side<S extends TBase<?, ?>, T extends TBase<?, ?>> implements RpcStream<S> {
        private final HostPort self;
        private final HostPort peer;
        private Executor host = task -> {};
        private RpcStream.@Nullable Listener<T> listener;
        private boolean closed;
        private boolean toldClosed;
        private int underWay;

        private Side(HostPort self, HostPort peer) {
            this.self = self;
            this.peer = peer;
        }

        @Override
        public void send(S frame) {
            if (closed) {
                return;
            }
            S copied = SimulatedClient.copy(frame);
            underWay++;
            network.sendInOrder(self, peer, () -> {
                underWay--;
                if (broken) {
                    return;
                }
                if (isOpener() && !accepted && !accept()) {
                    network.sendInOrder(peer, self, () -> hearClosed("connection refused"));
                    return;
                }
                other().hear(copied);
                if (underWay == FRAMES_UNDER_WAY_MAX - 1) {
                    host.execute(() -> {
                        RpcStream.Listener<T> heard = listener;
                        if (heard != null && !closed) {
                            heard.onWritable();
                        }
                    });
                }
            });
        }

        @Override
        public boolean isWritable() {
            return underWay < FRAMES_UNDER_WAY_MAX;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                network.sendInOrder(self, peer, () -> other().hearClosed("closed by the other side"));
                hearClosed("closed here");
            }
        }

        private boolean isOpener() {
            return this == (Object) opener;
        }

        @SuppressWarnings("unchecked") // what one side sends the other hears
        private Side<T, S> other() {
            return (Side<T, S>) (isOpener() ? accepter : opener);
        }

        private void hear(T frame) {
            network.trace(peer + " > " + self + " " + rpc.taskCode());
            host.execute(() -> {
                RpcStream.Listener<T> heard = listener;
                if (heard == null || closed) {
                    return;
                }
                try {
                    heard.onFrame(frame);
                } catch (RuntimeException e) {
                    network.failed(e);
                    close();
                }
            });
        }

        private void hearClosed(String why) {
            if (toldClosed) {
                return;
            }
            toldClosed = true;
            host.execute(() -> {
                closed = true;
                RpcStream.Listener<T> heard = listener;
                if (heard != null) {
                    heard.onClosed(why);
                }
            });
        }
    }
}
