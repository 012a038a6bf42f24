package dev.sluice.dist.onebox;

import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.SluiceClient;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.NodeStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until a cluster serves. */
public final class Readiness {
    private static final long POLL_MS = 20;

    private Readiness() {}

    /**
     * Returns once all those replica servers are registered, and every partition of every app has its members. Throws {@link
     * IllegalStateException} with what is missing if it takes longer than the time-out.
     */
    public static void await(SluiceClient client, int replicaServers, int timeoutMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        AdminClient admin = client.admin();
        String missing = missing(admin, replicaServers);
        while (!missing.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the cluster does not serve after " + timeoutMs + " ms: " + missing);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
            missing = missing(admin, replicaServers);
        }
        int left = (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        List<AppInfo> apps = admin.listApps(AppStatus.AS_AVAILABLE);
        apps.forEach(app -> admin.awaitHealthy(app.getAppName(), left));
    }

    private static String missing(AdminClient admin, int replicaServers) {
        try {
            long alive = admin.listNodes().values().stream()
                    .filter(status -> status == NodeStatus.NS_ALIVE)
                    .count();
            return alive >= replicaServers ? "" : alive + " of " + replicaServers + " replica servers are registered";
        } catch (ClientException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }
}
