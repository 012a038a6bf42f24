package dev.sluice.integration.simulation;

import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.MetaWiring;
import dev.sluice.meta.leader.MetaLeader;
import org.jspecify.annotations.Nullable;

/** A meta server: the real one around a journal twin. */
final class SimulatedMeta {
    private final Cluster cluster;
    private final int index;
    private final HostPort address;
    private final Machine machine;
    private final Chance chance;
    private @Nullable MetaLeader leader;

    SimulatedMeta(Cluster cluster, int index, HostPort address, Machine machine, Chance chance) {
        this.cluster = cluster;
        this.index = index;
        this.address = address;
        this.machine = machine;
        this.chance = chance;
    }

    HostPort address() {
        return address;
    }

    Machine machine() {
        return machine;
    }

    /** Null before the first start. */
    @Nullable
    MetaLeader leader() {
        return leader;
    }

    void start() {
        SimulatedProcess process = machine.boot(() -> {});
        process.run(() -> {
            EventLoop loop = process.loop();
            MetaLeader owner = new MetaLeader(
                    loop,
                    cluster.journals().join(index, process, process),
                    fatal -> cluster.world().failed(new AssertionError(machine + " cannot go on", fatal)));
            RpcHandlers handlers = new RpcHandlers();
            MetaWiring.wire(
                    cluster.metaConfig(),
                    new MetaWiring.World(
                            address,
                            cluster.metaAddresses(),
                            loop,
                            owner,
                            cluster.stores(),
                            store -> process.pool(chance, 10),
                            new RemoteCommands(ServerInfo.startedAt(process.wallMs())),
                            process),
                    handlers);
            owner.addListener(cluster);
            leader = owner;
            cluster.network().bind(address, handlers, process);
            owner.start();
        });
    }

    void kill() {
        machine.kill();
        cluster.network().unbind(address);
    }
}
