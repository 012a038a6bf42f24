package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that a client keeps to one server, and the requests that wait on it. Its state lives on the loop. */
final class CallConnection implements ClientConnection.User {
    private static final Logger LOG = LoggerFactory.getLogger(CallConnection.class);

    /** So many time-outs without any reply between them, and the connection is given up for a new one. */
    private static final int SILENT_TIMEOUTS_MAX = 3;

    private static final long SWEEP_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(5);

    private final NettyRpcClient client;
    private final NettyRpcClient.Key key;
    private final String helloClusterId;
    private final RpcLimits limits;
    private final EventLoop loop;
    private final ClientConnection connection;
    private final PendingCalls pending = new PendingCalls(ClientConnection.HELLO_SEQUENCE_ID);
    private List<PendingCall<?>> beforeReady = new ArrayList<>();
    private @Nullable Channel channel;
    private boolean closed;
    /** Calls that other threads have handed over and the loop has not taken yet. */
    private final AtomicInteger handedOver = new AtomicInteger();

    private int silentTimeouts;
    private long nextSweepNanos = Long.MAX_VALUE;
    private boolean sweepPlanned;
    private @Nullable Future<?> sweepTimer;

    CallConnection(
            NettyRpcClient client, NettyRpcClient.Key key, @Nullable HelloDesk helloDesk, RpcLimits limits, RpcIo io) {
        this.client = client;
        this.key = key;
        this.limits = limits;
        helloClusterId = helloDesk == null ? "" : helloDesk.clusterId();
        loop = io.group().next();
        connection = new ClientConnection(key.target(), helloDesk, limits, this);
        loop.execute(() -> connection.connect(io, loop));
    }

    HostPort target() {
        return key.target();
    }

    EventLoop loop() {
        return loop;
    }

    /** The cluster that our side belonged to when the connection was made. */
    String helloClusterId() {
        return helloClusterId;
    }

    /** Takes a call from any thread; refuses it if the loop is so far behind that as many wait for it as may at all. */
    void handOver(PendingCall<?> call) {
        if (loop.inEventLoop()) {
            submit(call);
            return;
        }
        if (handedOver.incrementAndGet() > limits.callsMax()) {
            handedOver.decrementAndGet();
            call.fail(new RpcException(
                    ErrorCode.ERR_BUSY, target() + ": " + limits.callsMax() + " requests wait to be sent already"));
            return;
        }
        loop.execute(() -> {
            handedOver.decrementAndGet();
            submit(call);
        });
    }

    /** Sends the call, or keeps it until the connection stands. On the loop. */
    private void submit(PendingCall<?> call) {
        if (closed) {
            client.submitAgain(call, key);
            return;
        }
        if (pending.size() >= limits.callsMax()) {
            RpcException busy = new RpcException(
                    ErrorCode.ERR_BUSY, target() + ": " + pending.size() + " requests wait for their replies already");
            loop.execute(() -> call.fail(busy)); // not inside the call of somebody who may ask again at once
            return;
        }
        pending.giveSequenceId(call);
        Channel open = channel;
        if (open == null) {
            beforeReady.add(call);
        } else if (call.isAnswered()) {
            call.writeTo(open);
        } else {
            call.writeOneWayTo(open);
            return;
        }
        pending.add(call);
        planSweep(call.dueNanos());
    }

    /** Closes the connection; all that waits fails. On the loop. */
    void close(RpcException why) {
        connection.close(why);
    }

    @Override
    public void onReady(Channel readyChannel) {
        channel = readyChannel;
        for (PendingCall<?> call : beforeReady) {
            if (!pending.contains(call.sequenceId())) {
                continue; // timed out meanwhile
            }
            if (call.isAnswered()) {
                call.writeTo(readyChannel);
            } else {
                pending.remove(call.sequenceId());
                call.writeOneWayTo(readyChannel);
            }
        }
        beforeReady = List.of();
    }

    @Override
    public void onReply(ReplyFrame reply) {
        silentTimeouts = 0;
        PendingCall<?> call = pending.remove(reply.sequenceId());
        if (call == null) {
            LOG.debug("{}: reply {} comes too late", target(), reply.sequenceId());
            return;
        }
        call.complete(reply);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(RpcException why) {
        closed = true;
        channel = null;
        client.forget(key, this);
        cancelSweep();
        List<PendingCall<?>> lost = pending.all();
        pending.clear();
        beforeReady = List.of();
        for (PendingCall<?> call : lost) {
            call.fail(why);
        }
    }

    private void planSweep(long dueNanos) {
        if (sweepPlanned && nextSweepNanos - dueNanos <= 0) {
            return;
        }
        sweepPlanned = true;
        nextSweepNanos = dueNanos;
        long delay = Math.max(SWEEP_NANOS_MIN, dueNanos - System.nanoTime());
        cancelSweep();
        sweepTimer = loop.schedule(() -> sweep(dueNanos), delay, TimeUnit.NANOSECONDS);
    }

    private void cancelSweep() {
        Future<?> timer = sweepTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Fails what is due; plans the next look for when something can be due again. */
    private void sweep(long plannedFor) {
        if (closed || !sweepPlanned || plannedFor != nextSweepNanos) {
            return; // an earlier one was planned since
        }
        sweepPlanned = false;
        long now = System.nanoTime();
        List<PendingCall<?>> due = new ArrayList<>();
        List<Runnable> silent = new ArrayList<>();
        long earliest = Long.MAX_VALUE;
        for (PendingCall<?> call : pending.all()) {
            if (call.deadlineNanos() - now <= 0) {
                due.add(call);
                continue;
            }
            Runnable onSilence = call.dueNanos() - now <= 0 ? call.takeOnSilence() : null;
            if (onSilence != null) {
                silent.add(onSilence);
            }
            earliest = Math.min(earliest, call.dueNanos() - now);
        }
        for (PendingCall<?> call : due) {
            pending.remove(call.sequenceId());
        }
        if (earliest != Long.MAX_VALUE) {
            planSweep(now + Math.max(SWEEP_NANOS_MIN, earliest));
        }
        for (PendingCall<?> call : due) {
            call.fail(new RpcException(ErrorCode.ERR_TIMEOUT, call + " to " + target() + ": no reply in time"));
        }
        silent.forEach(Runnable::run);
        silentTimeouts += due.isEmpty() ? 0 : 1;
        if (silentTimeouts >= SILENT_TIMEOUTS_MAX && channel != null) {
            close(new RpcException(
                    ErrorCode.ERR_NETWORK_FAILURE, target() + ": given up after time-outs without any reply"));
        }
    }
}
