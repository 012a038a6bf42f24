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
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/**
 * One request to the primary of a partition, tried until it is answered, cannot be, or the time is over. Attempts follow
 * each other; while one has no answer for long, the configuration is looked at, and if the primary has moved the next
 * attempt goes there at once.
 */
final class PartitionCall<Q extends TBase<?, ?>, R extends TBase<?, ?>> implements Pauses.Paused {
    /** What the calls of one table share. */
    record Context(Routing routing, RpcClient rpc, EventLoop loop, Pauses pauses, ClientOptions options) {
        Context withTimeoutMs(int timeoutMs) {
            return new Context(routing, rpc, loop, pauses, options.withTimeoutMs(timeoutMs));
        }
    }

    private final Context context;
    private final Rpc<Q, R> code;
    private final Q request;
    private final Target target;
    private final boolean harmlessTwice;
    private final Supplier<String> what;
    private final long deadlineMs;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private int attempts;
    /** Whether the last attempt still counts: one that is given up for the next may only bring the result. */
    private boolean attempting;

    private boolean refreshNext;

    PartitionCall(
            Context context, Rpc<Q, R> code, Q request, Target target, boolean harmlessTwice, Supplier<String> what) {
        this.context = context;
        this.code = code;
        this.request = request;
        this.target = target;
        this.harmlessTwice = harmlessTwice;
        this.what = what;
        this.deadlineMs = context.loop().nowMs() + context.options().timeoutMs();
    }

    CompletableFuture<R> start() {
        int attempt = begin();
        Routing.Snapshot known = context.routing().currentOrNull();
        if (known != null) {
            send(attempt, known);
        } else {
            ask(attempt, context.routing().current());
        }
        return result;
    }

    @Override
    public void goOn() {
        ask(
                begin(),
                refreshNext ? context.routing().refresh() : context.routing().current());
    }

    @Override
    public void onClosed() {
        fail(ErrorCode.ERR_NETWORK_FAILURE, "the client was closed after " + attempts());
    }

    private void ask(int attempt, CompletableFuture<Routing.Snapshot> routing) {
        WhenDone.run(routing, (snapshot, failure) -> {
            if (snapshot != null) {
                send(attempt, snapshot);
            } else {
                onNoConfiguration(attempt, failure);
            }
        });
    }

    private void send(int attempt, Routing.Snapshot snapshot) {
        Routing.Place place = snapshot.place(target.partitionIn(snapshot));
        Optional<HostPort> primary = place.primary();
        if (primary.isEmpty()) {
            if (end(attempt)) {
                retry(true, ErrorCode.ERR_OBJECT_NOT_FOUND, "partition " + place.gpid() + " has no primary");
            }
            return;
        }
        HostPort server = primary.get();
        long left = deadlineMs - context.loop().nowMs();
        if (left <= 0) {
            fail(ErrorCode.ERR_TIMEOUT, "no time was left to ask " + server);
            return;
        }
        int timeout = (int) Math.min(left, context.options().attemptTimeoutMs());
        RequestHeader header = RequestHeader.toPartition(place.gpid(), timeout, target.hash());
        CompletableFuture<R> answer = harmlessTwice
                ? context.rpc()
                        .call(
                                server,
                                code,
                                header,
                                request,
                                context.options().silenceMs(),
                                () -> onSilence(attempt, place))
                : context.rpc().call(server, code, header, request);
        WhenDone.run(answer, (reply, failure) -> {
            if (reply != null) {
                result.complete(reply);
            } else if (end(attempt)) {
                onFailure(place.gpid() + " on " + server, failure);
            }
        });
    }

    /** The server of an attempt is silent: perhaps it is the primary no longer. */
    private void onSilence(int attempt, Routing.Place asked) {
        if (!isUnderWay(attempt)) {
            return;
        }
        WhenDone.run(context.routing().refresh(), (snapshot, failure) -> {
            if (snapshot != null && isElsewhere(snapshot.place(target.partitionIn(snapshot)), asked)) {
                if (end(attempt)) {
                    send(begin(), snapshot);
                }
            } else if (isUnderWay(attempt)) {
                context.loop().schedule(context.options().silenceMs(), () -> onSilence(attempt, asked));
            }
        });
    }

    private static boolean isElsewhere(Routing.Place now, Routing.Place asked) {
        return now.primary().isPresent()
                && (!now.gpid().equals(asked.gpid())
                        || (now.ballot() > asked.ballot() && !now.primary().equals(asked.primary())));
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
                if (harmlessTwice || rpcFailure.isUnsent()) {
                    retry(true, error, reason);
                } else {
                    fail(error, reason + "; it may have been carried out all the same");
                }
            }
            case NEVER -> fail(error, reason);
        }
    }

    private void onNoConfiguration(int attempt, @Nullable Throwable cause) {
        if (!end(attempt)) {
            return;
        }
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
            fail(error, reason + "; gave up after " + attempts());
        } else {
            refreshNext = refresh;
            context.pauses().pause(delayMs, this);
        }
    }

    private void fail(ErrorCode error, String reason) {
        result.completeExceptionally(new ClientException(error, what.get() + ": " + reason));
    }

    private String attempts() {
        return attempts + (attempts == 1 ? " attempt in " : " attempts in ")
                + context.options().timeoutMs() + " ms";
    }

    private synchronized int begin() {
        attempting = true;
        return ++attempts;
    }

    /** True for the first who ends that attempt, and so says what comes next. */
    private synchronized boolean end(int attempt) {
        boolean first = isUnderWay(attempt);
        attempting &= !first;
        return first;
    }

    private synchronized boolean isUnderWay(int attempt) {
        return attempting && attempt == attempts && !result.isDone();
    }
}
