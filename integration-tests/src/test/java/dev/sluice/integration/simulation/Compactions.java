package dev.sluice.integration.simulation;

import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.wire.admin.StartManualCompactRequest;

/** An operator who has the app compacted now and then. */
final class Compactions {
    private final Cluster cluster;
    private final Administrator administrator;
    private final Chance chance;
    private boolean stopped;

    Compactions(Cluster cluster, Administrator administrator) {
        this.cluster = cluster;
        this.administrator = administrator;
        this.chance = cluster.chance().fork("compactions");
    }

    void start() {
        cluster.world().time().schedule(chance.between(500, 4_000), () -> {
            if (!stopped) {
                administrator.ask(
                        AdminRpcs.START_MANUAL_COMPACT,
                        new StartManualCompactRequest(Simulation.APP),
                        reply -> reply.getErr(),
                        heard -> cluster.world().tell("start of a compaction: " + heard));
                start();
            }
        });
    }

    void stop() {
        stopped = true;
    }
}
