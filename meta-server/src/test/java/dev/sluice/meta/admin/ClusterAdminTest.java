package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.rpc.AbsentRpcs;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireGpid;
import dev.sluice.wire.admin.AbsentServiceRequest;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.Command;
import dev.sluice.wire.admin.ListNodesRequest;
import dev.sluice.wire.admin.MetaControlRequest;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.NegotiationRequest;
import dev.sluice.wire.admin.NegotiationStatus;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.ProposeBalancerRequest;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterAdminTest {
    private final AdminFixture meta = AdminFixture.leading();

    @Test
    void aFollowerNamesTheLeader() {
        meta.journal.loseLeadership(0);
        meta.journal.setLeader(AdminFixture.OTHER_META);
        meta.time.runDue();
        QueryConfigResponse reply = query("orders");
        assertThat(reply.getErr().name()).isEqualTo("ERR_FORWARD_TO_OTHERS");
        assertThat(Wire.hostPort(reply.getPartitions().get(0).getPrimary())).isEqualTo(AdminFixture.OTHER_META);
        assertThat(meta.call(AdminRpcs.CREATE_APP, AdminFixture.createRequest("orders"))
                        .getErr()
                        .name())
                .isEqualTo("ERR_FORWARD_TO_OTHERS");
    }

    @Test
    void aFollowerThatKnowsNoLeaderNamesNone() {
        meta.journal.loseLeadership(0);
        meta.time.runDue();
        QueryConfigResponse reply = query("orders");
        assertThat(reply.getErr().name()).isEqualTo("ERR_FORWARD_TO_OTHERS");
        assertThat(reply.getPartitions()).isEmpty();
    }

    @Test
    void aLeaderThatIsNotReadySaysSo() {
        AdminFixture young = new AdminFixture();
        young.leader.start();
        young.journal.setLeader(AdminFixture.SELF);
        young.time.runDue();
        assertThat(young.call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest("orders", List.of()))
                        .getErr()
                        .name())
                .as("elected, not leading yet")
                .isEqualTo("ERR_SERVICE_NOT_ACTIVE");
        young.journal.lead();
        young.time.runDue();
        assertThat(young.call(AdminRpcs.CREATE_APP, AdminFixture.createRequest("orders"))
                        .getErr()
                        .name())
                .as("leading, but the cluster has no name yet")
                .isEqualTo("ERR_SERVICE_NOT_ACTIVE");
    }

    @Test
    void aLeaderWithoutLeaseAnswersNothingThatMayBeOld() {
        meta.create("orders");
        meta.journal.setLeaseValid(false);
        assertThat(query("orders").getErr().name()).isNotEqualTo("ERR_OK");
    }

    @Test
    void aCommandThatIsLostWithTheLeadershipIsForwarded() {
        meta.journal.holdCommits();
        var reply = meta.send(AdminRpcs.CREATE_APP, AdminFixture.createRequest("orders"));
        meta.time.runDue();
        meta.journal.loseLeadership(0);
        meta.time.runDue();
        assertThat(reply.getNow(null).getErr().name()).isEqualTo("ERR_FORWARD_TO_OTHERS");
    }

    @Test
    void routingHasTheMembersAndNoHostNames() {
        int id = meta.create("orders");
        meta.configure(id, 2);
        QueryConfigResponse reply = query("orders", 2);
        assertThat(reply.getAppId()).isEqualTo(id);
        assertThat(reply.getPartitionCount()).isEqualTo(4);
        assertThat(reply.isIsStateful()).isTrue();
        PartitionConfiguration partition = reply.getPartitions().get(0);
        assertThat(partition.getPid()).isEqualTo(WireGpid.of(id, 2));
        assertThat(partition.getBallot()).isEqualTo(1);
        assertThat(partition.getMaxReplicaCount()).isEqualTo(3);
        assertThat(Wire.hostPort(partition.getPrimary())).isEqualTo(AdminFixture.NODES.get(0));
        assertThat(Wire.hostPorts(partition.getSecondaries())).isEqualTo(AdminFixture.NODES.subList(1, 3));
        assertThat(partition.isSetHpPrimary() || partition.isSetHpSecondaries() || partition.isSetHpLastDrops())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'', 4", "1, 1", "1 3, 2", "1 9 -1, 1", "1 1 1, 1", "9, 4"})
    void indicesSelectPartitionsAndAllIfNoneOfThemExists(String indices, int expected) {
        meta.create("orders");
        int[] wanted = indices.isEmpty()
                ? new int[0]
                : List.of(indices.split(" ", -1)).stream()
                        .mapToInt(Integer::parseInt)
                        .toArray();
        assertThat(query("orders", wanted).getPartitions()).hasSize(expected);
    }

    @Test
    void anAppThatIsNotThereHasNoRouting() {
        QueryConfigResponse reply = query("nobody");
        assertThat(reply.getErr().name()).isEqualTo("ERR_OBJECT_NOT_FOUND");
        assertThat(reply.getPartitions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"NS_INVALID, 4", "NS_ALIVE, 3", "NS_UNALIVE, 1"})
    void nodesAreListedByStatus(NodeStatus status, int expected) {
        assertThat(meta.call(AdminRpcs.LIST_NODES, new ListNodesRequest(status)).getInfos())
                .hasSize(expected)
                .allMatch(node -> !node.isSetHpNode());
    }

    @Test
    void theClusterIsDescribedInTheOrderThatToolsExpect() {
        meta.configure(meta.create("orders"), 0);
        ClusterInfoResponse reply = meta.call(AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest());
        assertThat(reply.getKeys())
                .containsExactly(
                        "meta_servers",
                        "primary_meta_server",
                        "zookeeper_hosts",
                        "zookeeper_root",
                        "meta_function_level",
                        "balance_operation_count",
                        "primary_replica_count_stddev",
                        "total_replica_count_stddev",
                        "cluster_name");
        assertThat(reply.getValues())
                .containsExactly(
                        "127.0.0.1:34601,127.0.0.1:34602",
                        "127.0.0.1:34601",
                        "",
                        "",
                        "steady",
                        "move_pri=0,copy_pri=0,copy_sec=0,total=0",
                        "0.47",
                        "0.00",
                        "onebox");
    }

    @Test
    void theFunctionLevelIsSetAndTheOldOneIsTold() {
        assertThat(control(MetaFunctionLevel.FL_LIVELY)).isEqualTo(MetaFunctionLevel.FL_STEADY);
        assertThat(control(MetaFunctionLevel.FL_INVALID)).isEqualTo(MetaFunctionLevel.FL_LIVELY);
        assertThat(control(MetaFunctionLevel.FL_LIVELY)).isEqualTo(MetaFunctionLevel.FL_LIVELY);
    }

    @Test
    void whatSluiceDoesNotHaveIsSaidSo() {
        assertThat(AbsentRpcs.WITH_HINT)
                .isNotEmpty()
                .allSatisfy(rpc -> assertThat(meta.call(rpc, new AbsentServiceRequest())
                                .getErr()
                                .name())
                        .isEqualTo("ERR_SERVICE_NOT_ACTIVE"));
        ProposeBalancerRequest proposal = new ProposeBalancerRequest(WireGpid.of(7, 0), List.of());
        assertThat(meta.call(AdminRpcs.PROPOSE_BALANCER, proposal).getErr().name())
                .isEqualTo("ERR_INVALID_PARAMETERS");
    }

    @Test
    void aClientThatWantsToAuthenticateGoesOnWithout() {
        var reply = meta.call(AdminRpcs.NEGOTIATION, new NegotiationRequest());
        assertThat(reply.getStatus()).isEqualTo(NegotiationStatus.SASL_AUTH_DISABLE);
        assertThat(reply.getMsg().bytes()).isEmpty();
    }

    @Test
    void remoteCommandsAreAnswered() {
        assertThat(meta.call(AdminRpcs.REMOTE_COMMAND, new Command("nonsense", List.of()))
                        .toString())
                .contains("unknown command 'nonsense'");
    }

    private QueryConfigResponse query(String app, int... indices) {
        List<Integer> wanted = Arrays.stream(indices).boxed().toList();
        return meta.call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest(app, wanted));
    }

    private MetaFunctionLevel control(MetaFunctionLevel level) {
        return meta.call(AdminRpcs.CONTROL_META, new MetaControlRequest(level)).getOldLevel();
    }
}
