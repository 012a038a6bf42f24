package dev.sluice.meta.guardian;

import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.NodeRecord.NodeRegistered;
import dev.sluice.meta.state.Partition;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Settles what new runs of replica servers mean for the configurations that they are in.
 *
 * <p>A new run may have lost what was not fsynced. So it leaves every configuration that has a live member, and comes back as
 * a learner. While a silent member may be alive, it waits. When every other member is dead, or arriving too, the best of
 * those that arrive, by what is on their disks, is taken as it is, and the others leave. An arriving node whose disk has
 * nothing of the partition leaves it to any member that may have something, even if that one is dead.
 *
 * <p>A node is registered once nothing of this is open for it.
 */
public final class Arrivals {
    private Arrivals() {}

    /** Returns the records that settle what can be settled now. */
    public static List<MetaRecord> settle(MetaState state, ClusterView view) {
        List<HostPort> arriving = view.nodes().keySet().stream()
                .filter(node -> view.standing(node) == Standing.ARRIVING)
                .toList();
        if (arriving.isEmpty()) {
            return List.of();
        }
        List<Configuration> configurations = new ArrayList<>();
        List<HostPort> open = new ArrayList<>();
        for (Partition partition : state.partitions()) {
            List<HostPort> suspects = partition.configuration().members().stream()
                    .filter(arriving::contains)
                    .toList();
            if (suspects.isEmpty()) {
                continue;
            }
            Optional<Configuration> settled = settle(partition, suspects, view);
            if (settled.isEmpty()) {
                open.addAll(suspects);
            } else if (!settled.get().equals(partition.configuration())) {
                configurations.add(settled.get());
            }
        }
        List<MetaRecord> records = new ArrayList<>();
        if (!configurations.isEmpty()) {
            records.add(new PartitionsConfigured(view.wallMs(), configurations));
        }
        for (HostPort node : arriving) {
            NodeView arrived = view.nodes().get(node);
            if (arrived != null && !open.contains(node)) {
                records.add(new NodeRegistered(node, arrived.incarnation(), view.wallMs()));
            }
        }
        return records;
    }

    /** Returns the configuration in which no arriving node is suspect any more, or nothing while that cannot be said. */
    private static Optional<Configuration> settle(Partition partition, List<HostPort> suspects, ClusterView view) {
        Configuration now = partition.configuration();
        List<HostPort> others =
                now.members().stream().filter(node -> !suspects.contains(node)).toList();
        List<HostPort> live = others.stream().filter(view::isLive).toList();
        if (!live.isEmpty()) {
            return Optional.of(keeping(now, others, live, partition, view));
        }
        if (others.stream().anyMatch(node -> view.standing(node) == Standing.SILENT)) {
            return Optional.empty();
        }
        HostPort best =
                suspects.stream().max(Fitness.of(partition.gpid(), view)).orElseThrow();
        if (view.findReplica(best, partition.gpid()).isEmpty() && !others.isEmpty()) {
            return Optional.of(keeping(now, others, others, partition, view));
        }
        boolean isAlone = now.isPrimary(best) && now.members().size() == 1;
        return Optional.of(isAlone ? now : now.next(best, List.of()));
    }

    private static Configuration keeping(
            Configuration now, List<HostPort> kept, List<HostPort> fit, Partition partition, ClusterView view) {
        HostPort primary = now.members().get(0);
        HostPort next = kept.contains(primary)
                ? primary
                : fit.stream().max(Fitness.of(partition.gpid(), view)).orElseThrow();
        return now.next(next, kept.stream().filter(node -> !node.equals(next)).toList());
    }
}
