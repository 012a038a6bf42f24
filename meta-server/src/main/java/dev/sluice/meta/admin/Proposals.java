package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ProposalAction;
import dev.sluice.wire.admin.ProposeBalancerRequest;
import dev.sluice.wire.admin.ProposeBalancerResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators propose for one partition: to move or copy its primary, to copy a secondary, to add or remove a member. The
 * actions of a proposal are taken together, as the move that they come to; the guardian carries it out.
 *
 * <p>{@code ASSIGN_PRIMARY} is for a partition of which no member is left: a node becomes its only member at once, with what it
 * has. What only the lost members had is lost; a node that has no replica at all is refused unless the proposal is forced.
 */
final class Proposals {
    private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);

    private final PartitionCare care;

    Proposals(PartitionCare care) {
        this.care = care;
    }

    /** What a proposal comes to. */
    record Outcome(ErrorCode error, Gpid gpid, @Nullable Move move) {}

    Command<Outcome> propose(ProposeBalancerRequest request) {
        return (state, wallMs) -> decide(state, wallMs, request);
    }

    /** Begins the move of an accepted proposal. */
    ProposeBalancerResponse begin(Outcome outcome) {
        Move move = outcome.move();
        boolean busy = move != null && !care.begin(outcome.gpid(), move);
        return refuse(busy ? ErrorCode.ERR_BUSY : outcome.error());
    }

    static ProposeBalancerResponse refuse(ErrorCode error) {
        return new ProposeBalancerResponse().setErr(Wire.error(error));
    }

    private Decision<Outcome> decide(MetaState state, long wallMs, ProposeBalancerRequest request) {
        Gpid gpid = Wire.gpid(request.getGpid());
        Partition partition = state.findApp(gpid.appId())
                .filter(App::isAvailable)
                .flatMap(app -> state.findPartition(gpid))
                .orElse(null);
        Wanted wanted = Wanted.of(request);
        if (partition == null || wanted == null) {
            return refused(gpid, ErrorCode.ERR_INVALID_PARAMETERS);
        }
        if (!care.functionLevel(state).repairs()) {
            return refused(gpid, ErrorCode.ERR_STATE_FREEZED);
        }
        ClusterView view = care.view(state);
        if (wanted.assigned() != null) {
            return assign(partition, wanted.assigned(), request.isForce(), view);
        }
        Configuration now = partition.configuration();
        Optional<String> problem = wanted.findProblem(now, view);
        if (problem.isPresent()) {
            LOG.info("{}: proposal refused, {}: {}", gpid, problem.get(), request.getActionList());
            return refused(gpid, ErrorCode.ERR_INVALID_PARAMETERS);
        }
        Move move = Move.begin(wanted.add(), wanted.primary(), wanted.remove(), wallMs);
        return Decision.reply(new Outcome(ErrorCode.ERR_OK, gpid, move));
    }

    private static Decision<Outcome> assign(Partition partition, HostPort node, boolean force, ClusterView view) {
        Gpid gpid = partition.gpid();
        boolean lost =
                partition.configuration().members().stream().allMatch(member -> view.standing(member) == Standing.DEAD);
        boolean hasReplica = view.findReplica(node, gpid).isPresent();
        if (!lost || !view.isLive(node) || !(hasReplica || force)) {
            LOG.info(
                    "{}: {} is not made primary: lost {}, alive {}, has a replica {}",
                    gpid,
                    node,
                    lost,
                    view.isLive(node),
                    hasReplica);
            return refused(gpid, ErrorCode.ERR_INVALID_PARAMETERS);
        }
        LOG.warn(
                "{}: an operator makes {} the only member, with {}; what only {} had is lost",
                gpid,
                node,
                hasReplica ? "its replica" : "nothing",
                partition.configuration().members());
        return Decision.record(
                new Outcome(ErrorCode.ERR_OK, gpid, null),
                new PartitionsConfigured(
                        view.wallMs(), List.of(partition.configuration().next(node, List.of()))));
    }

    private static Decision<Outcome> refused(Gpid gpid, ErrorCode error) {
        return Decision.reply(new Outcome(error, gpid, null));
    }

    /** The actions of a proposal, taken together. */
    private record Wanted(
            @Nullable HostPort add,
            @Nullable HostPort primary,
            @Nullable HostPort remove,
            @Nullable HostPort demoted,
            @Nullable HostPort assigned) {
        /** Null if the actions make no sense together. */
        static @Nullable Wanted of(ProposeBalancerRequest request) {
            HostPort[] nodes = new HostPort[5];
            for (ProposalAction action : request.getActionList()) {
                HostPort node = Wire.find(action.getNode(), action.getHpNode()).orElse(null);
                int place = action.getType() == null ? -1 : place(action);
                if (node == null || place < 0 || nodes[place] != null) {
                    return null;
                }
                nodes[place] = node;
            }
            boolean replaces =
                    request.isSetBalanceType() && request.getBalanceType() == BalancerRequestType.COPY_PRIMARY;
            if (replaces && nodes[2] == null) {
                nodes[2] = nodes[3];
            }
            boolean alone = nodes[4] != null && request.getActionListSize() > 1;
            boolean nothing = nodes[0] == null && nodes[1] == null && nodes[2] == null && nodes[4] == null;
            return alone || nothing ? null : new Wanted(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4]);
        }

        private static int place(ProposalAction action) {
            return switch (action.getType()) {
                case CT_ADD_SECONDARY, CT_ADD_SECONDARY_FOR_LB -> 0;
                case CT_UPGRADE_TO_PRIMARY -> 1;
                case CT_DOWNGRADE_TO_INACTIVE, CT_REMOVE -> 2;
                case CT_DOWNGRADE_TO_SECONDARY -> 3;
                case CT_ASSIGN_PRIMARY -> 4;
                default -> -1;
            };
        }

        Optional<String> findProblem(Configuration now, ClusterView view) {
            if (now.primary() == null) {
                return Optional.of("it has no primary yet");
            }
            if (add != null && (now.hasMember(add) || !view.isLive(add))) {
                return Optional.of(add + " is a member already, or not alive");
            }
            if (primary != null && (now.isPrimary(primary) || !(now.hasMember(primary) || primary.equals(add)))) {
                return Optional.of(primary + " is primary already, or no member");
            }
            if (primary != null && !view.isLive(primary)) {
                return Optional.of(primary + " is not alive");
            }
            if (remove != null && (!now.hasMember(remove) || remove.equals(primary))) {
                return Optional.of(remove + " is no member, or to become primary");
            }
            if (remove != null && now.isPrimary(remove) && primary == null) {
                return Optional.of(remove + " is primary");
            }
            if (demoted != null && (!now.isPrimary(demoted) || primary == null)) {
                return Optional.of(demoted + " is not primary, or nobody is to be it");
            }
            return Optional.empty();
        }
    }
}
