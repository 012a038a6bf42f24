package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks for an app's configuration until every partition has all its replicas. */
final class HealthWait implements Pauses.Paused {
    private static final long INTERVAL_MS = 50;

    private final AsyncAdminClient admin;
    private final EventLoop loop;
    private final Pauses pauses;
    private final String app;
    private final int timeoutMs;
    private final long deadlineMs;
    private final CompletableFuture<Void> healthy = new CompletableFuture<>();

    HealthWait(AsyncAdminClient admin, EventLoop loop, Pauses pauses, String app, int timeoutMs) {
        this.admin = admin;
        this.loop = loop;
        this.pauses = pauses;
        this.app = app;
        this.timeoutMs = timeoutMs;
        this.deadlineMs = loop.nowMs() + timeoutMs;
    }

    CompletableFuture<Void> start() {
        ask();
        return healthy;
    }

    @Override
    public void goOn() {
        if (!healthy.isDone()) { // given up by who waits
            ask();
        }
    }

    @Override
    public void onClosed() {
        healthy.completeExceptionally(new ClientException(
                ErrorCode.ERR_NETWORK_FAILURE, "waiting for app '" + app + "': the client was closed"));
    }

    private void ask() {
        WhenDone.run(admin.queryConfig(app), this::onAnswer);
    }

    private void onAnswer(@Nullable QueryConfigResponse config, @Nullable Throwable cause) {
        String waitsFor;
        if (config != null) {
            long ready = config.getPartitions().stream()
                    .filter(HealthWait::isHealthy)
                    .count();
            if (ready == config.getPartitionCount()) {
                healthy.complete(null);
                return;
            }
            waitsFor = ready + " of " + config.getPartitionCount() + " partitions have all their replicas";
        } else {
            if (!(cause instanceof ClientException known) || known.error() != ErrorCode.ERR_BUSY_CREATING) {
                healthy.completeExceptionally(
                        cause == null ? new IllegalStateException("no answer and no failure") : cause);
                return;
            }
            waitsFor = "it is being created";
        }
        if (loop.nowMs() + INTERVAL_MS > deadlineMs) {
            healthy.completeExceptionally(new ClientException(
                    ErrorCode.ERR_TIMEOUT, "app '" + app + "' is not healthy after " + timeoutMs + " ms: " + waitsFor));
        } else {
            pauses.pause(INTERVAL_MS, this);
        }
    }

    private static boolean isHealthy(PartitionConfiguration partition) {
        return Wire.find(partition.getPrimary(), partition.getHpPrimary()).isPresent()
                && partition.getSecondariesSize() + 1 >= partition.getMaxReplicaCount();
    }
}
