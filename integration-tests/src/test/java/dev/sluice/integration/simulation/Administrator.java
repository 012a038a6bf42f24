package dev.sluice.integration.simulation;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import java.util.Map;
import java.util.function.Function;
import org.apache.thrift.TBase;

/** Asks the meta leader for apps and loads, over the network. */
final class Administrator {
    private static final HostPort SELF = new HostPort("10.0.9.2", 5000);
    private static final int TIMEOUT_MS = 1_000;
    private static final long PATIENCE_MS = 20_000;

    private final Cluster cluster;
    private final SimulatedProcess process;
    private final RpcClient rpc;

    Administrator(Cluster cluster) {
        this.cluster = cluster;
        this.process =
                new SimulatedProcess(cluster.world(), "administrator", new SimulatedProcess.ClockOfMachine(0, 1, 0));
        this.rpc = cluster.network().client(SELF, process, null);
    }

    /** Asks again and again until it is done, and lets time go on meanwhile. */
    void createApp(String name, int partitions, Map<String, String> envs) {
        CreateAppRequest request = new CreateAppRequest()
                .setAppName(name)
                .setOptions(new CreateAppOptions()
                        .setPartitionCount(partitions)
                        .setReplicaCount(Cluster.REPLICAS)
                        .setSuccessIfExist(true)
                        .setAppType("pegasus")
                        .setEnvs(envs)
                        .setIsStateful(true));
        long endMs = cluster.world().nowMs() + PATIENCE_MS;
        boolean[] done = new boolean[1];
        while (!done[0]) {
            if (cluster.world().nowMs() > endMs) {
                throw new AssertionError("app " + name + " is not created within " + PATIENCE_MS + " ms");
            }
            ask(AdminRpcs.CREATE_APP, request, reply -> reply.getErr(), code -> done[0] |= code.equals("ERR_OK"));
            cluster.world().runUntil(cluster.world().nowMs() + 200);
        }
    }

    /** Asks the leader once, if there is one; hears the name of the error, or of how the call failed. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> void ask(
            Rpc<Q, R> code, Q request, Function<R, WireErrorCode> errorOf, java.util.function.Consumer<String> heard) {
        SimulatedMeta leader = cluster.leader();
        if (leader == null) {
            heard.accept("no leader");
            return;
        }
        process.run(() -> {
            var unused = rpc.call(leader.address(), code, RequestHeader.toServer(TIMEOUT_MS), request)
                    .whenComplete((reply, failure) -> heard.accept(
                            reply == null
                                    ? String.valueOf(failure)
                                    : errorOf.apply(reply).name()));
        });
    }
}
