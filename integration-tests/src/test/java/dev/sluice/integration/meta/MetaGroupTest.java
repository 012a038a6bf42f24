package dev.sluice.integration.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ConfigType;
import dev.sluice.wire.admin.DddPartitionInfo;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.PartitionConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three meta servers and three replica servers under writes, while one of them ends or replicas move. */
final class MetaGroupTest {
    private static final String APP = "orders";
    private static final int PARTITIONS = 6;
    private static final int REPLICAS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path directory;

    private OneboxLayout layout;
    private Onebox onebox;
    private SluiceClient client;
    private AdminClient admin;

    @BeforeEach
    void start() throws Exception {
        layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 3, REPLICAS);
        onebox = Onebox.start(layout);
        client = SluiceClient.connect(
                layout.metaServers(),
                ClientOptions.DEFAULTS.withTimeoutMs(30_000).withAdminTimeoutMs(30_000));
        admin = client.admin();
        Readiness.await(client, REPLICAS, (int) PATIENCE.toMillis());
        admin.createApp(APP, PARTITIONS, REPLICAS, Map.of(), false);
        admin.awaitHealthy(APP, (int) PATIENCE.toMillis());
    }

    @AfterEach
    void end() {
        client.close();
        onebox.close();
    }

    @Test
    void clientsAndReplicaServersFollowTheLeaderOfTheMetaGroup() throws Exception {
        HostPort leader = metaLeader();
        try (Writer writer = new Writer(client.table(APP))) {
            awaitWrites(writer, 50);
            onebox.stopMetaServer(layout.metaServers().indexOf(leader));
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> !metaLeader().equals(leader));

            Readiness.await(client, REPLICAS, (int) PATIENCE.toMillis());
            int id = admin.createApp("later", 2, REPLICAS, Map.of(), false);
            admin.awaitHealthy("later", (int) PATIENCE.toMillis());
            assertThat(id).isGreaterThan(1);
            awaitWrites(writer, 50);
            // The new leader took every node as heard just now: nobody lost a place.
            assertThat(configurations()).allMatch(partition -> partition.getBallot() == 1);

            onebox.startMetaServer(layout.metaServers().indexOf(leader));
            writer.endAndReadBack();
        }
        assertThat(admin.app("later").getPartitionCount()).isEqualTo(2);
    }

    @Test
    void clientsFindTheNewPrimaryWithinASecondOnceTheGraceIsOver() throws Exception {
        Gpid first = new Gpid(admin.app(APP).getAppId(), 0);
        HostPort old = primaryOf(first);
        try (Writer writer = new Writer(client.table(APP))) {
            awaitWrites(writer, 50);
            onebox.stopReplicaServer(layout.replicaServers().indexOf(old));
            await().atMost(PATIENCE)
                    .pollInterval(10, TimeUnit.MILLISECONDS)
                    .ignoreExceptions()
                    .until(() -> configurations().stream()
                            .noneMatch(partition ->
                                    old.equals(Wire.find(partition.getPrimary()).orElse(null))));
            long knownNs = System.nanoTime();
            int before = writer.count();
            await().atMost(PATIENCE)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> writer.count() > before + PARTITIONS);
            assertThat(writer.lastNs() - knownNs).isLessThan(TimeUnit.SECONDS.toNanos(1));
            writer.endAndReadBack();
        }
    }

    @Test
    void movesByHandCostNoWrite() throws Exception {
        Gpid first = new Gpid(admin.app(APP).getAppId(), 0);
        try (Writer writer = new Writer(client.table(APP))) {
            awaitWrites(writer, 50);
            HostPort old = primaryOf(first);
            HostPort next =
                    Wire.hostPort(configurations().get(0).getSecondaries().get(0));
            admin.operations().move(first, BalancerRequestType.MOVE_PRIMARY, old, next);
            await().atMost(PATIENCE).until(() -> primaryOf(first).equals(next));
            assertThat(configurations().get(0).getBallot()).isEqualTo(2);
            awaitWrites(writer, 50);
            writer.endAndReadBack();
        }
        HostPort primary = primaryOf(first);
        assertThatThrownBy(() -> admin.operations().move(first, BalancerRequestType.MOVE_PRIMARY, primary, primary))
                .isInstanceOfSatisfying(
                        ClientException.class,
                        refused -> assertThat(refused.error()).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS));
    }

    @Test
    void afterAFailoverAndARestartPrimariesAreSpreadAgain() throws Exception {
        admin.setFunctionLevel(MetaFunctionLevel.FL_LIVELY);
        HostPort victim = layout.replicaServers().get(0);
        try (Writer writer = new Writer(client.table(APP))) {
            awaitWrites(writer, 50);
            onebox.stopReplicaServer(0);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> !primaries().containsKey(victim) && primaries().size() == 2);
            onebox.startReplicaServer(0);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(primaries().values()).hasSize(REPLICAS).containsOnly(PARTITIONS / REPLICAS));
            admin.awaitHealthy(APP, (int) PATIENCE.toMillis());
            writer.endAndReadBack();
        }
        List<Long> ballots = ballots();
        await().during(3, TimeUnit.SECONDS)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ballots()).isEqualTo(ballots));
    }

    @Test
    void aPartitionThatLostItsOnlyReplicaIsDiagnosed() {
        admin.createApp("single", 1, 1, Map.of(), false);
        admin.awaitHealthy("single", (int) PATIENCE.toMillis());
        Gpid only = new Gpid(admin.app("single").getAppId(), 0);
        assertThat(admin.operations().diagnose(new Gpid(-1, -1))).isEmpty();

        HostPort holder =
                Wire.hostPort(admin.queryConfig("single").getPartitions().get(0).getPrimary());
        onebox.stopReplicaServer(layout.replicaServers().indexOf(holder));
        await().atMost(PATIENCE).until(() -> admin.operations().diagnose(only).size() == 1);
        DddPartitionInfo lost = admin.operations().diagnose(only).get(0);
        assertThat(lost.getReason()).contains("no member is alive");
        assertThat(Wire.hostPort(lost.getDropped().get(0).getNode())).isEqualTo(holder);
        await().atMost(PATIENCE)
                .until(() -> Wire.find(admin.queryConfig("single")
                                .getPartitions()
                                .get(0)
                                .getPrimary())
                        .isEmpty());

        HostPort other = layout.replicaServers().stream()
                .filter(server -> !server.equals(holder))
                .findFirst()
                .orElseThrow();
        admin.operations().propose(only, ConfigType.CT_ASSIGN_PRIMARY, other, other, true);
        await().atMost(PATIENCE).until(() -> admin.operations().diagnose(only).isEmpty());
        admin.awaitHealthy("single", (int) PATIENCE.toMillis());
    }

    private HostPort metaLeader() {
        return HostPort.parse(admin.clusterInfo().getOrDefault("primary_meta_server", ""));
    }

    private List<PartitionConfiguration> configurations() {
        return admin.queryConfig(APP).getPartitions();
    }

    private List<Long> ballots() {
        return configurations().stream().map(PartitionConfiguration::getBallot).toList();
    }

    private HostPort primaryOf(Gpid gpid) {
        return Wire.hostPort(configurations().get(gpid.partitionIndex()).getPrimary());
    }

    private Map<HostPort, Integer> primaries() {
        Map<HostPort, Integer> primaries = new TreeMap<>();
        configurations().forEach(partition -> primaries.merge(Wire.hostPort(partition.getPrimary()), 1, Integer::sum));
        return primaries;
    }

    private static void awaitWrites(Writer writer, int more) {
        int before = writer.count();
        await().atMost(PATIENCE).until(() -> writer.count() >= before + more);
    }
}
