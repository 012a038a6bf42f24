package dev.sluice.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.DiskInfo;
import dev.sluice.wire.admin.QueryDiskInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.internal.DiskReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
                        .containsExactly(
                                org.assertj.core.groups.Tuple.tuple("ssd", 2),
                                org.assertj.core.groups.Tuple.tuple("hdd", 2));
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
        return client.call(
                        node,
                        AdminRpcs.QUERY_DISK_INFO,
                        RequestHeader.toServer(5_000),
                        new QueryDiskInfoRequest().setAppName(app))
                .join();
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
