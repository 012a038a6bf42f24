package dev.sluice.common.metrics;

import dev.sluice.common.rpc.RpcMeter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts and measures the answers to one task code. Its meters appear with the first answer, so that codes nobody sends cost nothing. */
final class RpcMetrics implements RpcMeter {
    private final Metrics metrics;
    private final String taskCode;
    private volatile @Nullable Meters meters;

    private record Meters(LatencyMeter latency, LongAdder refused) {}

    RpcMetrics(Metrics metrics, String taskCode) {
        this.metrics = metrics;
        this.taskCode = taskCode;
    }

    @Override
    public void answered(long nanos, boolean refused) {
        Meters present = meters;
        if (present == null) {
            present = first();
        }
        present.latency().record(nanos, TimeUnit.NANOSECONDS);
        if (refused) {
            present.refused().increment();
        }
    }

    private synchronized Meters first() {
        Meters present = meters;
        if (present == null) {
            present = new Meters(
                    metrics.latency(
                            "rpc_server_latency", "From reading a request to writing its answer.", "code", taskCode),
                    metrics.counter(
                            "rpc_server_header_errors", "Answers with an error in the header.", "code", taskCode));
            meters = present;
        }
        return present;
    }
}
