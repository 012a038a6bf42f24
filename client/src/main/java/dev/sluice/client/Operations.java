package dev.sluice.client;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ConfigType;
import dev.sluice.wire.admin.DddPartitionInfo;
import java.util.Collection;
import java.util.List;

/**
 * What an operator of a cluster does with its partitions by hand: moves, lost partitions, a lost meta group. A method here calls
 * the one of that name of {@link AsyncOperations}, which tells the errors, and waits for it as {@link AdminClient} does.
 */
public final class Operations {
    private final AsyncOperations async;

    Operations(AsyncOperations async) {
        this.async = async;
    }

    /**
     * Has the primary, or the place of a member, of a partition moved; returns when the move begins, before it ends.
     *
     * @param from the primary, or for {@code COPY_SECONDARY} the secondary that is to leave
     * @param to the next primary, a secondary for {@code MOVE_PRIMARY}; for the others a node that is no member
     */
    public void move(Gpid gpid, BalancerRequestType type, HostPort from, HostPort to) {
        ClientException.await(async.move(gpid, type, from, to));
    }

    /**
     * Proposes one change of a partition.
     *
     * @param type {@code CT_ASSIGN_PRIMARY} makes the node the only member of a partition of which no member is left: what
     *     only those had is lost
     * @param force with {@code CT_ASSIGN_PRIMARY}: also if the node has nothing of the partition
     */
    public void propose(Gpid gpid, ConfigType type, HostPort target, HostPort node, boolean force) {
        ClientException.await(async.propose(gpid, type, target, node, force));
    }

    /**
     * The partitions of which no member is left, and what nodes hold of them.
     *
     * @param scope app id and partition index; −1 for all of either
     */
    public List<DddPartitionInfo> diagnose(Gpid scope) {
        return ClientException.await(async.diagnose(scope));
    }

    /**
     * Rebuilds a lost meta group from what these replica servers hold, and returns what was left out.
     *
     * @param skipBadNodes those that are not there are left out; otherwise nothing is done without them
     * @param skipLostPartitions those of which nothing is left begin empty; otherwise nothing is done
     */
    public String recover(Collection<HostPort> nodes, boolean skipBadNodes, boolean skipLostPartitions) {
        return ClientException.await(async.recover(nodes, skipBadNodes, skipLostPartitions));
    }
}
