package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.wire.WireNothing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;

/** One request of ours from the call until its future completes. Lives on the connection's loop once submitted. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class PendingCall<R extends TBase<?, ?>> {
    private final Rpc<?, R> rpc;
    private final CompletableFuture<R> future;
    private final R reply;
    private final int sequenceIdAt;
    private final long deadlineNanos;
    private @Nullable ByteBuf frame;
    private int sequenceId;
    private boolean submittedAgain;
    private long silenceNanos;
    private @Nullable Runnable onSilence;

    PendingCall(Rpc<?, R> rpc, CompletableFuture<R> future, ByteBuf frame, int sequenceIdAt, long deadlineNanos) {
        this.rpc = rpc;
        this.future = future;
        this.frame = frame;
        this.sequenceIdAt = sequenceIdAt;
        this.deadlineNanos = deadlineNanos;
        reply = rpc.newReply().get();
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Before it is submitted. */
    void onSilence(long atNanos, Runnable task) {
        silenceNanos = atNanos;
        onSilence = task;
    }

    /** When something is to be done about the call unless it is answered before. */
    long dueNanos() {
        return onSilence == null ? deadlineNanos : silenceNanos;
    }

    /** What is to be run once it has had no answer for a while; null afterwards, and if there is nothing. */
    @Nullable
    Runnable takeOnSilence() {
        Runnable taken = onSilence;
        onSilence = null;
        return taken;
    }

    int sequenceId() {
        return sequenceId;
    }

    void sequenceId(int newSequenceId) {
        sequenceId = newSequenceId;
    }

    /** False for a request that gets no reply by the protocol. */
    boolean isAnswered() {
        return !(reply instanceof WireNothing);
    }

    /** True the first time. */
    boolean mayBeSubmittedAgain() {
        boolean first = !submittedAgain;
        submittedAgain = true;
        return first;
    }

    void writeTo(Channel channel) {
        ByteBuf out = takeFrame();
        if (out != null) {
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    /** Writes the request and is done with it. */
    void writeOneWayTo(Channel channel) {
        ByteBuf out = takeFrame();
        if (out != null) {
            channel.writeAndFlush(out).addListener(written -> {
                if (written.isSuccess()) {
                    future.complete(reply);
                } else {
                    future.completeExceptionally(
                            new RpcException(ErrorCode.ERR_NETWORK_FAILURE, this + " not sent", written.cause()));
                }
            });
        }
    }

    void complete(ReplyFrame frameOfReply) {
        if (!frameOfReply.error().isOk()) {
            future.completeExceptionally(
                    new RpcException(frameOfReply.error(), rpc + " was answered with a header error"));
            return;
        }
        try {
            MessageCodec.readResult(frameOfReply.result(), reply);
        } catch (TException | RuntimeException e) {
            future.completeExceptionally(
                    new RpcException(ErrorCode.ERR_INVALID_DATA, rpc + ": the reply cannot be read", e));
            return;
        }
        future.complete(reply);
    }

    void fail(RpcException why) {
        ByteBuf unsent = takeFrame();
        if (unsent != null) {
            unsent.release();
        }
        future.completeExceptionally(unsent == null ? why : why.ofUnsent());
    }

    private @Nullable ByteBuf takeFrame() {
        ByteBuf taken = frame;
        frame = null;
        if (taken != null) {
            taken.setInt(sequenceIdAt, sequenceId);
        }
        return taken;
    }

    @Override
    public String toString() {
        return rpc.taskCode();
    }
}
