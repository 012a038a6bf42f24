package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.wire.WireGpid;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ConfigType;
import dev.sluice.wire.admin.DddDiagnoseRequest;
import dev.sluice.wire.admin.DddNodeInfo;
import dev.sluice.wire.admin.DddPartitionInfo;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.ProposalAction;
import dev.sluice.wire.admin.ProposeBalancerRequest;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.StartRecoveryRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proposals, diagnosis and recovery, as clients ask for them; partition 1.0 has primary n1 and secondaries n2, n3. */
class PartitionCareTest {
    private static final Gpid P = new Gpid(1, 0);

    private final AdminFixture meta = AdminFixture.leading();

    /** n1 to n3 are members, n4 is dead, n5 and n6 are free. */
    private static HostPort n(int number) {
        return new HostPort("127.0.0.1", 34800 + number);
    }

    @BeforeEach
    void configure() {
        for (int i : List.of(1, 2, 3, 5, 6)) {
            meta.care.node(n(i), Standing.LIVE);
        }
        meta.care.node(n(4), Standing.DEAD);
        meta.configure(meta.create("orders"), 0);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        // what the shells send for move_pri, copy_pri and copy_sec
        "DOWNGRADE_TO_SECONDARY 1 UPGRADE_TO_PRIMARY 2, primary 2",
        "ADD_SECONDARY_FOR_LB 5 DOWNGRADE_TO_SECONDARY 1 UPGRADE_TO_PRIMARY 5 REMOVE 1, add 5 primary 5 remove 1",
        "ADD_SECONDARY_FOR_LB 5 DOWNGRADE_TO_INACTIVE 2, add 5 remove 2",
        // single ones
        "UPGRADE_TO_PRIMARY 3, primary 3",
        "ADD_SECONDARY 6, add 6",
        "DOWNGRADE_TO_INACTIVE 3, remove 3",
        "REMOVE 2, remove 2",
        // what does not fit
        "UPGRADE_TO_PRIMARY 1, refused",
        "UPGRADE_TO_PRIMARY 5, refused",
        "ADD_SECONDARY 2, refused",
        "ADD_SECONDARY 4, refused",
        "DOWNGRADE_TO_INACTIVE 1, refused",
        "REMOVE 5, refused",
        "DOWNGRADE_TO_SECONDARY 1, refused",
        "DOWNGRADE_TO_SECONDARY 2 UPGRADE_TO_PRIMARY 3, refused",
        "ADD_SECONDARY 5 ADD_SECONDARY 6, refused",
        "UPGRADE_TO_SECONDARY 2, refused",
        "REGISTER_CHILD 5, refused",
        "ASSIGN_PRIMARY 5, refused",
        "'', refused",
    })
    void actionsComeToOneMove(String actions, String expected) {
        String error = propose(P, actions, false);
        if (expected.equals("refused")) {
            assertThat(error).isEqualTo("ERR_INVALID_PARAMETERS");
            assertThat(meta.care.moves).isEmpty();
        } else {
            assertThat(error).isEqualTo("ERR_OK");
            assertThat(describe(Objects.requireNonNull(meta.care.moves.get(P)))).isEqualTo(expected);
        }
    }

    @Test
    void copyPrimaryRemovesTheOldOneEvenIfNobodySaysSo() {
        ProposeBalancerRequest request = new ProposeBalancerRequest(
                        Wire.gpid(P), actions("ADD_SECONDARY_FOR_LB 5 DOWNGRADE_TO_SECONDARY 1 UPGRADE_TO_PRIMARY 5"))
                .setBalanceType(BalancerRequestType.COPY_PRIMARY);
        assertThat(meta.call(AdminRpcs.PROPOSE_BALANCER, request).getErr().name())
                .isEqualTo("ERR_OK");
        assertThat(describe(Objects.requireNonNull(meta.care.moves.get(P)))).isEqualTo("add 5 primary 5 remove 1");
    }

    @Test
    void aSecondMoveOfAPartitionWaits() {
        assertThat(propose(P, "UPGRADE_TO_PRIMARY 2", false)).isEqualTo("ERR_OK");
        assertThat(propose(P, "UPGRADE_TO_PRIMARY 3", false)).isEqualTo("ERR_BUSY");
    }

    @Test
    void theClusterSaysHowManyMovesAreUnderWay() {
        propose(P, "UPGRADE_TO_PRIMARY 2", false);
        assertThat(meta.call(AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest()).getValues())
                .contains("move_pri=1,copy_pri=0,copy_sec=0,total=1");
    }

    @ParameterizedTest
    @CsvSource({"7, 0", "1, 4", "1, -1", "-1, 0"})
    void aPartitionThatIsNotThereIsRefused(int appId, int index) {
        assertThat(propose(new Gpid(appId, index), "UPGRADE_TO_PRIMARY 2", false))
                .isEqualTo("ERR_INVALID_PARAMETERS");
    }

    @Test
    void whileFreezedNothingIsProposed() {
        meta.record(new FunctionLevelSet(FunctionLevel.FREEZED));
        assertThat(propose(P, "UPGRADE_TO_PRIMARY 2", false)).isEqualTo("ERR_STATE_FREEZED");
    }

    @Test
    void aPartitionThatLostAllMembersHasNoPrimaryForClients() {
        lose();
        PartitionConfiguration shown = meta.call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest("orders", List.of(0)))
                .getPartitions()
                .get(0);
        assertThat(Wire.find(shown.getPrimary())).isEmpty();
        assertThat(shown.getSecondaries()).isEmpty();
        assertThat(Wire.hostPorts(shown.getLastDrops())).containsExactly(n(1), n(2), n(3));
        assertThat(shown.getBallot()).isEqualTo(1);
    }

    @Test
    void oneLivingMemberIsEnoughToBeShown() {
        lose();
        meta.care.node(n(3), Standing.SILENT);
        PartitionConfiguration shown = meta.call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest("orders", List.of(0)))
                .getPartitions()
                .get(0);
        assertThat(Wire.find(shown.getPrimary())).contains(n(1));
        assertThat(diagnose(-1, -1)).isEmpty();
    }

    @Test
    void theDiagnosisSaysWhatNodesStillHold() {
        assertThat(diagnose(-1, -1)).isEmpty();
        lose();
        meta.care.replica(n(5), P, 0, 7, 9);
        List<DddPartitionInfo> lost = diagnose(-1, -1);
        assertThat(lost).hasSize(1);
        assertThat(lost.get(0).getReason()).startsWith("no member is alive");
        assertThat(lost.get(0).getConfig().getPid()).isEqualTo(WireGpid.of(1, 0));
        List<DddNodeInfo> nodes = lost.get(0).getDropped();
        assertThat(nodes).extracting(node -> Wire.hostPort(node.getNode())).containsExactly(n(1), n(2), n(3), n(5));
        DddNodeInfo holder = nodes.get(3);
        assertThat(holder.isIsAlive() && holder.isIsCollected()).isTrue();
        assertThat(holder.getLastCommittedDecree()).isEqualTo(7);
        assertThat(holder.getLastPreparedDecree()).isEqualTo(9);
        assertThat(nodes.get(0).isIsAlive() || nodes.get(0).isIsCollected()).isFalse();
        assertThat(nodes.get(0).getBallot()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"-1, -1, 1", "1, -1, 1", "1, 0, 1", "1, 1, 0", "2, -1, 0"})
    void theScopeOfADiagnosisIsKept(int appId, int index, int expected) {
        lose();
        assertThat(diagnose(appId, index)).hasSize(expected);
    }

    @Test
    void aLostPartitionIsAssignedToANodeThatHasSomethingOfIt() {
        lose();
        assertThat(propose(P, "ASSIGN_PRIMARY 5", false))
                .as("a node without a replica")
                .isEqualTo("ERR_INVALID_PARAMETERS");
        meta.care.replica(n(5), P, 0, 7, 9);
        assertThat(propose(P, "ASSIGN_PRIMARY 4", true)).as("a dead node").isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(propose(P, "ASSIGN_PRIMARY 5", false)).isEqualTo("ERR_OK");
        Configuration now = meta.leader.state().requirePartition(P).configuration();
        assertThat(now.members()).containsExactly(n(5));
        assertThat(now.ballot().number()).isEqualTo(2);
    }

    @Test
    void byForceALostPartitionBeginsEmpty() {
        lose();
        assertThat(propose(P, "ASSIGN_PRIMARY 6", true)).isEqualTo("ERR_OK");
        assertThat(meta.leader.state().requirePartition(P).primary()).isEqualTo(n(6));
    }

    @Test
    void whileAMemberMayLiveNobodyIsAssigned() {
        lose();
        meta.care.node(n(2), Standing.ARRIVING);
        assertThat(propose(P, "ASSIGN_PRIMARY 6", true)).isEqualTo("ERR_INVALID_PARAMETERS");
    }

    @Test
    void aClusterThatIsThereIsNotRecovered() {
        var reply = meta.call(AdminRpcs.START_RECOVERY, new StartRecoveryRequest());
        assertThat(reply.getErr().name()).isEqualTo("ERR_SERVICE_ALREADY_RUNNING");
        assertThat(reply.getHintMessage()).contains("recover_from_replica_server");
    }

    private void lose() {
        for (int i = 1; i <= 3; i++) {
            meta.care.node(n(i), Standing.DEAD);
        }
    }

    private List<DddPartitionInfo> diagnose(int appId, int index) {
        var reply = meta.call(AdminRpcs.DDD_DIAGNOSE, new DddDiagnoseRequest(WireGpid.of(appId, index)));
        assertThat(reply.getErr().name()).isEqualTo("ERR_OK");
        return reply.getPartitions();
    }

    private String propose(Gpid gpid, String actions, boolean force) {
        ProposeBalancerRequest request = new ProposeBalancerRequest(Wire.gpid(gpid), actions(actions)).setForce(force);
        return meta.call(AdminRpcs.PROPOSE_BALANCER, request).getErr().name();
    }

    private static List<ProposalAction> actions(String text) {
        List<ProposalAction> actions = new ArrayList<>();
        String[] words = text.isEmpty() ? new String[0] : text.split(" ", -1);
        for (int i = 0; i < words.length; i += 2) {
            HostPort node = n(Integer.parseInt(words[i + 1]));
            actions.add(new ProposalAction()
                    .setType(ConfigType.valueOf("CT_" + words[i]))
                    .setTarget(Wire.address(n(1)))
                    .setNode(Wire.address(node)));
        }
        return actions;
    }

    private static String describe(Move move) {
        return move.toString().replaceAll("127\\.0\\.0\\.1:3480", "").trim();
    }
}
