package dev.sluice.replica.request;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.wire.internal.AppDescription;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The gates of all partitions of a node, and the requests that wait in front of them. */
final class Gates {
    private static final int WAITING_MAX = 20_000;

    private final Replicas replicas;
    private final BooleanSupplier deniesClients;
    private final Clock clock;
    private final Map<Gpid, Gate> gates = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    Gates(Replicas replicas, BooleanSupplier deniesClients, Clock clock) {
        this.replicas = replicas;
        this.deniesClients = deniesClients;
        this.clock = clock;
    }

    /**
     * The replica of a partition; null if the request is over: the replica is not here and the caller was told, or clients are
     * denied and get no answer.
     */
    @Nullable
    Replica find(Gpid gpid, Responder<?> responder) {
        if (deniesClients.getAsBoolean()) {
            return null;
        }
        Replica replica = replicas.find(gpid);
        if (replica == null) {
            gates.remove(gpid);
            responder.fail(ErrorCode.ERR_OBJECT_NOT_FOUND);
        }
        return replica;
    }

    /** The gate of a replica, for its app as it is now. */
    Gate of(Replica replica) {
        AppDescription app = replica.view().app();
        Gate known = gates.get(replica.gpid());
        return known != null && known.isFor(app)
                ? known
                : gates.compute(
                        replica.gpid(),
                        (gpid, before) ->
                                before != null && before.isFor(app) ? before : new Gate(app, before, clock.nowMs()));
    }

    /**
     * Goes on with a request when its wait is over, or refuses it then. So that waiting requests are bounded, one too many is
     * refused at once.
     *
     * @param goOn runs here, or on the replica's loop; must not block
     */
    void pass(
            Replica replica, Throttle.Verdict verdict, Responder<?> responder, boolean refusedSilently, Runnable goOn) {
        Runnable then = verdict.rejected() ? () -> refuse(responder, refusedSilently) : goOn;
        if (verdict.waitMs() <= 0) {
            then.run();
        } else if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            refuse(responder, refusedSilently);
        } else {
            replica.loop().schedule(verdict.waitMs(), () -> {
                waiting.decrementAndGet();
                then.run();
            });
        }
    }

    private static void refuse(Responder<?> responder, boolean silently) {
        if (!silently) {
            responder.fail(ErrorCode.ERR_BUSY);
        }
    }
}
