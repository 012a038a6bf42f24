package dev.sluice.client;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Wire;
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
import java.util.concurrent.CompletableFuture;

/**
 * What an operator of a cluster does with its partitions by hand, without waiting: moves, lost partitions, a lost meta group.
 * Everything that {@link AsyncAdminClient} says of deadlines, failures and threads is true here; {@link Operations} is the same
 * for those who want to wait for each answer. {@link #move} and {@link #propose} are sent once, the others again until the
 * deadline.
 */
public final class AsyncOperations {
    private final AdminCalls calls;

    AsyncOperations(AdminCalls calls) {
        this.calls = calls;
    }

    /**
     * Has the primary, or the place of a member, of a partition moved; completes when the move begins, before it ends.
     *
     * <p>Fails with {@code ERR_INVALID_PARAMETERS} if there is no such partition, or it is not as the move wants it; with {@code
     * ERR_BUSY} if it is being moved; with {@code ERR_STATE_FREEZED} if the leader repairs nothing at its function level.
     *
     * @param from the primary, or for {@code COPY_SECONDARY} the secondary that is to leave
     * @param to the next primary, a secondary for {@code MOVE_PRIMARY}; for the others a node that is no member
     */
    public CompletableFuture<Void> move(Gpid gpid, BalancerRequestType type, HostPort from, HostPort to) {
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
        return propose("move of " + gpid, new ProposeBalancerRequest(Wire.gpid(gpid), actions).setBalanceType(type));
    }

    /**
     * Proposes one change of a partition.
     *
     * <p>Fails as {@link #move} does.
     *
     * @param type {@code CT_ASSIGN_PRIMARY} makes the node the only member of a partition of which no member is left: what
     *     only those had is lost
     * @param force with {@code CT_ASSIGN_PRIMARY}: also if the node has nothing of the partition
     */
    public CompletableFuture<Void> propose(Gpid gpid, ConfigType type, HostPort target, HostPort node, boolean force) {
        return propose(
                type + " for " + gpid,
                new ProposeBalancerRequest(Wire.gpid(gpid), List.of(action(type, target, node))).setForce(force));
    }

    private CompletableFuture<Void> propose(String what, ProposeBalancerRequest request) {
        return calls.callOnce(
                        what, AdminRpcs.PROPOSE_BALANCER, request, ProposeBalancerResponse::getErr, AdminCalls::noHint)
                .thenAccept(reply -> {});
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
    public CompletableFuture<List<DddPartitionInfo>> diagnose(Gpid scope) {
        return calls.call(
                        "diagnosis of " + scope,
                        AdminRpcs.DDD_DIAGNOSE,
                        new DddDiagnoseRequest(Wire.gpid(scope)),
                        DddDiagnoseResponse::getErr,
                        AdminCalls::noHint)
                .thenApply(DddDiagnoseResponse::getPartitions);
    }

    /**
     * Rebuilds a lost meta group from what these replica servers hold, and returns what was left out.
     *
     * <p>Fails with {@code ERR_SERVICE_ALREADY_RUNNING} if the group is not lost, or was not started to recover; with {@code
     * ERR_INVALID_PARAMETERS} without a node, or if the nodes have data of no cluster or of several; with {@code
     * ERR_TRY_AGAIN}, and does nothing, if something is missing that is not to be skipped. The hint says what.
     *
     * @param skipBadNodes those that are not there are left out; otherwise nothing is done without them
     * @param skipLostPartitions those of which nothing is left begin empty; otherwise nothing is done
     */
    public CompletableFuture<String> recover(
            Collection<HostPort> nodes, boolean skipBadNodes, boolean skipLostPartitions) {
        return calls.call(
                        "recovery",
                        AdminRpcs.START_RECOVERY,
                        new StartRecoveryRequest()
                                .setRecoveryNodes(Wire.addresses(nodes))
                                .setSkipBadNodes(skipBadNodes)
                                .setSkipLostPartitions(skipLostPartitions),
                        StartRecoveryResponse::getErr,
                        StartRecoveryResponse::getHintMessage)
                .thenApply(StartRecoveryResponse::getHintMessage);
    }
}
