package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ConfigType;
import dev.sluice.wire.admin.DddDiagnoseRequest;
import dev.sluice.wire.admin.DddDiagnoseResponse;
import dev.sluice.wire.admin.DddPartitionInfo;
import dev.sluice.wire.admin.ProposalAction;
import dev.sluice.wire.admin.ProposeBalancerRequest;
import dev.sluice.wire.admin.ProposeBalancerResponse;
import dev.sluice.wire.admin.StartRecoveryRequest;
import dev.sluice.wire.admin.StartRecoveryResponse;
import java.util.Collection;
import java.util.List;

/**
 * What an operator of a cluster does with its partitions by hand: moves, lost partitions, a lost
 * meta group. Calls block until the meta leader has answered, and throw {@link ClientException} with its error if it refused.
 * Safe for use by several threads.
 */
public final class Operations {
    private final MetaGroup metas;

    Operations(MetaGroup metas) {
        this.metas = metas;
    }

    /**
     * Has the primary, or the place of a member, of a partition moved; returns when the move begins.
     *
     * @param from the primary, or for {@code COPY_SECONDARY} the secondary that is to leave
     * @param to the next primary, a secondary for {@code MOVE_PRIMARY}; for the others a node that is no member
     */
    public void move(Gpid gpid, BalancerRequestType type, HostPort from, HostPort to) {
        List<ProposalAction> actions = switch (type) {
            case MOVE_PRIMARY ->
                List.of(
                        action(ConfigType.CT_DOWNGRADE_TO_SECONDARY, from, from),
                        action(ConfigType.CT_UPGRADE_TO_PRIMARY, to, to));
            case COPY_PRIMARY ->
                List.of(
                        action(ConfigType.CT_ADD_SECONDARY_FOR_LB, from, to),
                        action(ConfigType.CT_DOWNGRADE_TO_SECONDARY, from, from),
                        action(ConfigType.CT_UPGRADE_TO_PRIMARY, to, to),
                        action(ConfigType.CT_REMOVE, to, from));
            case COPY_SECONDARY ->
                List.of(
                        action(ConfigType.CT_ADD_SECONDARY_FOR_LB, from, to),
                        action(ConfigType.CT_DOWNGRADE_TO_INACTIVE, from, from));
        };
        propose("move of " + gpid, new ProposeBalancerRequest(Wire.gpid(gpid), actions).setBalanceType(type));
    }

    /**
     * Proposes one change of a partition.
     *
     * @param type {@code CT_ASSIGN_PRIMARY} makes the node the only member of a partition of which no member is left: what
     *     only those had is lost
     * @param force with {@code CT_ASSIGN_PRIMARY}: also if the node has nothing of the partition
     */
    public void propose(Gpid gpid, ConfigType type, HostPort target, HostPort node, boolean force) {
        propose(
                type + " for " + gpid,
                new ProposeBalancerRequest(Wire.gpid(gpid), List.of(action(type, target, node))).setForce(force));
    }

    private void propose(String what, ProposeBalancerRequest request) {
        ProposeBalancerResponse reply = ClientException.await(
                metas.callOnce(what, AdminRpcs.PROPOSE_BALANCER, request, ProposeBalancerResponse::getErr));
        expectOk(what, reply.getErr(), "");
    }

    private static ProposalAction action(ConfigType type, HostPort target, HostPort node) {
        return new ProposalAction()
                .setType(type)
                .setTarget(Wire.address(target))
                .setNode(Wire.address(node));
    }

    /**
     * The partitions of which no member is left, and what nodes hold of them.
     *
     * @param scope app id and partition index; −1 for all of either
     */
    public List<DddPartitionInfo> diagnose(Gpid scope) {
        String what = "diagnosis of " + scope;
        DddDiagnoseResponse reply = ClientException.await(metas.call(
                what, AdminRpcs.DDD_DIAGNOSE, new DddDiagnoseRequest(Wire.gpid(scope)), DddDiagnoseResponse::getErr));
        expectOk(what, reply.getErr(), "");
        return reply.getPartitions();
    }

    /**
     * Rebuilds a lost meta group from what these replica servers hold, and returns what was left out.
     *
     * @param skipBadNodes those that are not there are left out; otherwise nothing is done without them
     * @param skipLostPartitions those of which nothing is left begin empty; otherwise nothing is done
     */
    public String recover(Collection<HostPort> nodes, boolean skipBadNodes, boolean skipLostPartitions) {
        String what = "recovery";
        StartRecoveryResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.START_RECOVERY,
                new StartRecoveryRequest()
                        .setRecoveryNodes(Wire.addresses(nodes))
                        .setSkipBadNodes(skipBadNodes)
                        .setSkipLostPartitions(skipLostPartitions),
                StartRecoveryResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.getHintMessage();
    }

    private static void expectOk(String what, WireErrorCode error, String hint) {
        ErrorCode code = Wire.error(error);
        if (!code.isOk()) {
            throw new ClientException(code, what, hint);
        }
    }
}
