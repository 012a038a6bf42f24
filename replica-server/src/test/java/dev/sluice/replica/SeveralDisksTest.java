package dev.sluice.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.DiskInfo;
import dev.sluice.wire.admin.PartitionStatus;
import dev.sluice.wire.admin.QueryAppInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.admin.QueryReplicaDecreeRequest;
import dev.sluice.wire.admin.QueryReplicaDecreeResponse;
import dev.sluice.wire.admin.QueryReplicaInfoRequest;
import dev.sluice.wire.admin.QueryReplicaInfoResponse;
import dev.sluice.wire.admin.ReplicaInfo;
import dev.sluice.wire.internal.DiskReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica server with several data directories. */
class SeveralDisksTest {
    @TempDir
    Path directory;

    private final FakeMeta meta = new FakeMeta();
    private final RpcIo io = RpcIo.start("test-client", 1);
    private final NettyRpcClient client = new NettyRpcClient(io, null, RpcLimits.DEFAULT);

    @AfterEach
    void stop() {
        client.close();
        io.close();
        meta.close();
    }

    @Test
    void replicasAreSpreadAndTheNodeSaysForEachDirectoryHowItStands() throws IOException {
        try (ReplicaServer server = new ReplicaServer(config("ssd:" + path("one") + ",hdd:" + path("two")))) {
            server.start();
            HostPort node = server.address();
            await().until(() -> meta.isRegistered(node));
            for (int partition = 0; partition < 4; partition++) {
                meta.configure(new Gpid(1, partition), 1, node, List.of(), List.of());
            }

            await().untilAsserted(() -> {
                List<DiskInfo> disks = diskInfo(node, "").getDiskInfos();
                assertThat(disks).extracting(DiskInfo::getTag).containsExactly("ssd", "hdd");
                assertThat(disks).allSatisfy(disk -> {
                    assertThat(disk.getHoldingPrimaryReplicas().get(1)).hasSize(2);
                    assertThat(disk.getHoldingSecondaryReplicas()).isEmpty();
                    assertThat(disk.getDiskCapacityMb()).isPositive();
                    assertThat(disk.getDiskAvailableMb()).isBetween(1L, disk.getDiskCapacityMb());
                });
                assertThat(meta.disks(node))
                        .extracting(DiskReport::getTag, DiskReport::getReplicas)
                        .containsExactly(tuple("ssd", 2), tuple("hdd", 2));
            });
            QueryDiskInfoResponse all = diskInfo(node, "orders");
            assertThat(all.getTotalCapacityMb())
                    .isEqualTo(all.getDiskInfos().stream()
                            .mapToLong(DiskInfo::getDiskCapacityMb)
                            .sum());
            assertThat(Wire.error(diskInfo(node, "unknown").getErr())).isEqualTo(ErrorCode.ERR_OBJECT_NOT_FOUND);
        }
        for (String name : List.of("one", "two")) {
            assertThat(Files.readString(path(name).resolve("node.json"))).contains(FakeMeta.CLUSTER);
        }
    }

    @Test
    void aNodeSaysWhatReplicasItHasAndHowFarTheyAre() throws IOException {
        try (ReplicaServer server = new ReplicaServer(config("ssd:" + path("one") + ",hdd:" + path("two")))) {
            server.start();
            HostPort node = server.address();
            await().until(() -> meta.isRegistered(node));
            meta.configure(new Gpid(1, 0), 3, node, List.of(), List.of());
            meta.configure(new Gpid(1, 1), 4, node, List.of(), List.of());

            await().untilAsserted(() -> assertThat(
                            ask(node, AdminRpcs.QUERY_REPLICA_INFO, new QueryReplicaInfoRequest())
                                    .getReplicas())
                    .extracting(
                            info -> Wire.gpid(info.getPid()),
                            ReplicaInfo::getBallot,
                            ReplicaInfo::getStatus,
                            ReplicaInfo::getAppType)
                    .containsExactly(
                            tuple(new Gpid(1, 0), 3L, PartitionStatus.PS_PRIMARY, "pegasus"),
                            tuple(new Gpid(1, 1), 4L, PartitionStatus.PS_PRIMARY, "pegasus")));
            QueryReplicaInfoResponse replicas = ask(node, AdminRpcs.QUERY_REPLICA_INFO, new QueryReplicaInfoRequest());
            assertThat(replicas.getReplicas())
                    .extracting(ReplicaInfo::getDiskTag)
                    .containsExactlyInAnyOrder("ssd", "hdd");
            assertThat(ask(node, AdminRpcs.QUERY_APP_INFO, new QueryAppInfoRequest())
                            .getApps())
                    .extracting(AppInfo::getAppId, AppInfo::getAppName, AppInfo::getStatus)
                    .containsExactly(tuple(1, "orders", AppStatus.AS_AVAILABLE));
            for (ReplicaInfo info : replicas.getReplicas()) {
                QueryReplicaDecreeResponse decree = ask(
                        node, AdminRpcs.QUERY_REPLICA_DECREE, new QueryReplicaDecreeRequest().setPid(info.getPid()));
                assertThat(Wire.error(decree.getErr())).isEqualTo(ErrorCode.ERR_OK);
                assertThat(decree.getLastDecree()).isGreaterThanOrEqualTo(info.getLastCommittedDecree());
            }
            QueryReplicaDecreeRequest unknown = new QueryReplicaDecreeRequest().setPid(Wire.gpid(new Gpid(9, 9)));
            assertThat(Wire.error(
                            ask(node, AdminRpcs.QUERY_REPLICA_DECREE, unknown).getErr()))
                    .isEqualTo(ErrorCode.ERR_OBJECT_NOT_FOUND);
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedIsLeftOutAndReported() throws IOException {
        Files.writeString(path("one"), "a file, no directory");
        try (ReplicaServer server = new ReplicaServer(config("ssd:" + path("one") + ",hdd:" + path("two")))) {
            server.start();
            HostPort node = server.address();
            await().until(() -> meta.isRegistered(node));
            meta.configure(new Gpid(1, 0), 1, node, List.of(), List.of());

            await().untilAsserted(() -> {
                List<DiskReport> disks = meta.disks(node);
                assertThat(disks).hasSize(2);
                assertThat(disks.get(0).getTrouble()).contains("left out at start");
                assertThat(disks.get(1).getReplicas()).isEqualTo(1);
                assertThat(disks.get(1).isSetTrouble()).isFalse();
            });
        }
    }

    @Test
    void withoutAnyDirectoryTheServerDoesNotStartAndSaysWhich() throws IOException {
        Files.writeString(path("one"), "a file, no directory");
        try (ReplicaServer server = new ReplicaServer(config("ssd:" + path("one")))) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ssd:" + path("one"));
        }
    }

    private QueryDiskInfoResponse diskInfo(HostPort node, String app) {
        return ask(node, AdminRpcs.QUERY_DISK_INFO, new QueryDiskInfoRequest().setAppName(app));
    }

    private <Q extends TBase<?, ?>, A extends TBase<?, ?>> A ask(HostPort node, Rpc<Q, A> rpc, Q request) {
        return client.call(node, rpc, RequestHeader.toServer(5_000), request).join();
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private Config config(String dataDirs) {
        return Config.of(
                ReplicaOptions.schema(),
                Map.of(
                        "apps.replica.ports",
                        "0",
                        "replication.data_dirs",
                        dataDirs,
                        "meta_server.server_list",
                        meta.address().toString()));
    }
}
