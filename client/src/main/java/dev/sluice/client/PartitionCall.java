package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.time.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/**
 * One request to the primary of a partition, tried until it is answered, cannot be, or the time is over. Attempts follow
 * each other; at most one is in flight.
 */
final class PartitionCall<Q extends TBase<?, ?>, R extends TBase<?, ?>> {
    /** What the calls of one table share. */
    record Context(Routing routing, RpcClient rpc, EventLoop loop, ClientOptions options) {}

    private final Context context;
    private final Rpc<Q, R> code;
    private final Q request;
    private final ToIntFunction<Routing.Snapshot> partition;
    private final long partitionHash;
    private final boolean harmlessTwice;
    private final Supplier<String> what;
    private final long deadlineMs;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private int attempts;

    PartitionCall(
            Context context,
            Rpc<Q, R> code,
            Q request,
            ToIntFunction<Routing.Snapshot> partition,
            long partitionHash,
            boolean harmlessTwice,
            Supplier<String> what) {
        this.context = context;
        this.code = code;
        this.request = request;
        this.partition = partition;
        this.partitionHash = partitionHash;
        this.harmlessTwice = harmlessTwice;
        this.what = what;
        this.deadlineMs = context.loop().nowMs() + context.options().timeoutMs();
    }

    CompletableFuture<R> start() {
        attempt(false);
        return result;
    }

    private void attempt(boolean refresh) {
        attempts++;
        Routing routing = context.routing();
        WhenDone.run(refresh ? routing.refresh() : routing.current(), (snapshot, failure) -> {
            if (snapshot != null) {
                send(snapshot);
            } else {
                onNoConfiguration(failure);
            }
        });
    }

    private void send(Routing.Snapshot snapshot) {
        int index = partition.applyAsInt(snapshot);
        Optional<HostPort> primary = snapshot.primary(index);
        if (primary.isEmpty()) {
            retry(true, ErrorCode.ERR_OBJECT_NOT_FOUND, "partition " + snapshot.gpid(index) + " has no primary");
            return;
        }
        HostPort target = primary.get();
        long left = deadlineMs - context.loop().nowMs();
        if (left <= 0) {
            fail(ErrorCode.ERR_TIMEOUT, "no time was left to ask " + target);
            return;
        }
        int timeout = (int) Math.min(left, context.options().attemptTimeoutMs());
        RequestHeader header = RequestHeader.toPartition(snapshot.gpid(index), timeout, partitionHash);
        WhenDone.run(context.rpc().call(target, code, header, request), (reply, failure) -> {
            if (reply != null) {
                result.complete(reply);
            } else {
                onFailure(snapshot.gpid(index) + " on " + target, failure);
            }
        });
    }

    private void onFailure(String where, @Nullable Throwable cause) {
        if (!(cause instanceof RpcException rpcFailure)) {
            fail(ErrorCode.ERR_UNKNOWN, where + ": " + cause);
            return;
        }
        ErrorCode error = rpcFailure.error();
        String reason = where + ": " + rpcFailure.getMessage();
        switch (Retry.after(error)) {
            case REFRESH -> retry(true, error, reason);
            case SAME_SERVER -> retry(false, error, reason);
            case IF_HARMLESS -> {
                if (harmlessTwice) {
                    retry(true, error, reason);
                } else {
                    fail(error, reason + "; it may have been carried out all the same");
                }
            }
            case NEVER -> fail(error, reason);
        }
    }

    private void onNoConfiguration(@Nullable Throwable cause) {
        if (cause instanceof ClientException known && known.error() == ErrorCode.ERR_BUSY_CREATING) {
            retry(true, known.error(), String.valueOf(known.getMessage()));
        } else if (cause instanceof ClientException known) {
            result.completeExceptionally(known);
        } else {
            fail(ErrorCode.ERR_UNKNOWN, "no configuration: " + cause);
        }
    }

    private void retry(boolean refresh, ErrorCode error, String reason) {
        long delayMs = context.options().backoffMs(attempts);
        if (context.loop().nowMs() + delayMs >= deadlineMs) {
            fail(
                    error,
                    reason + "; gave up after " + attempts + (attempts == 1 ? " attempt in " : " attempts in ")
                            + context.options().timeoutMs() + " ms");
        } else {
            context.loop().schedule(delayMs, () -> attempt(refresh));
        }
    }

    private void fail(ErrorCode error, String reason) {
        result.completeExceptionally(new ClientException(error, what.get() + ": " + reason));
    }
}
