package dev.sluice.replica.request;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.metrics.LatencyMeter;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.replica.Replicas;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** What this server answers to clients. */
public final class ClientHandlers implements AutoCloseable {
    private final Scans scans;

    private ClientHandlers(Scans scans) {
        this.scans = scans;
    }

    /**
     * Adds all to the table.
     *
     * @param deniesClients asked with each request: while it is so, none is answered
     * @param reads runs reads; refuses with {@code RejectedExecutionException} when it is full
     * @param writeBytesMax longest body of a write ({@code max_allowed_write_size})
     * @param readLatency hears how long each read of rows took that a client named; scans read as much as they like
     */
    public static ClientHandlers register(
            RpcHandlers handlers,
            Replicas replicas,
            BooleanSupplier deniesClients,
            Lease lease,
            Clock clock,
            HostPort self,
            Executor reads,
            long writeBytesMax,
            ReadLimits readLimits,
            LatencyMeter readLatency) {
        Gates gates = new Gates(replicas, deniesClients, clock);
        Admission admission = new Admission(lease, writeBytesMax);
        Scans scans = new Scans(clock, readLimits);
        WriteHandlers writes = new WriteHandlers(gates, admission, clock, self);
        writes.register(handlers);
        new AtomicHandlers(self).register(handlers, writes);
        new ReadHandlers(gates, admission, clock, self, reads, readLimits, scans, readLatency).register(handlers);
        return new ClientHandlers(scans);
    }

    /** Every so often. */
    public void expireScans() {
        scans.expire();
    }

    /** The partition's engine is about to be replaced or closed. */
    public void endScans(Gpid gpid) {
        scans.end(gpid);
    }

    @Override
    public void close() {
        scans.close();
    }
}
