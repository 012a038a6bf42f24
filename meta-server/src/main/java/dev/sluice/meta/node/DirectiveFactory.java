package dev.sluice.meta.node;

import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.PartitionDirective;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Works out from the state what a node is to do with a partition. */
final class DirectiveFactory {
    private final int minReplicaCount;
    private final LoadDirectives loads;

    DirectiveFactory(int minReplicaCount, LoadDirectives loads) {
        this.minReplicaCount = minReplicaCount;
        this.loads = loads;
    }

    /** Empty if the state knows nothing of the partition: then there is nothing to say, least of all to delete it. */
    Optional<PartitionDirective> directiveFor(
            MetaState state, Learners learners, HandOvers handOvers, Gpid gpid, HostPort node) {
        if (state.isExpired(gpid.appId())) {
            return Optional.of(giveUp(gpid));
        }
        App app = state.findApp(gpid.appId()).orElse(null);
        Partition partition = state.findPartition(gpid).orElse(null);
        if (app == null || partition == null) {
            return Optional.empty();
        }
        PartitionDirective directive = new PartitionDirective();
        directive.setGpid(Wire.gpid(gpid));
        directive.setBallot(partition.ballot().number());
        directive.setSecondaries(List.<WireAddress>of());
        directive.setLearners(List.<WireAddress>of());
        directive.setApp(describe(app));
        directive.setMinReplicaCount(Math.min(minReplicaCount, app.maxReplicaCount()));
        if (!app.isAvailable()) {
            // Its replicas are in no group, so each is told for itself.
            loads.findDirective(state, gpid).ifPresent(directive::setLoad);
            return Optional.of(directive);
        }
        Configuration configuration = partition.configuration();
        HostPort primary = configuration.primary();
        Map<HostPort, Long> learning = learners.signatures(gpid);
        if (primary != null) {
            directive.setPrimary(Wire.address(primary));
            directive.setSecondaries(Wire.addresses(configuration.secondaries()));
            directive.setLearners(Wire.addresses(learning.keySet()));
            directive.setSignatures(List.copyOf(learning.values()));
            if (primary.equals(node)) {
                loads.findDirective(state, gpid).ifPresent(directive::setLoad);
                directive.setSequence(handOvers.sequence(gpid));
                directive.setHandOver(handOvers.isAsked(gpid));
            }
        }
        if (!configuration.hasMember(node) && !learning.containsKey(node)) {
            outsiderLoad(state, gpid).ifPresent(directive::setLoad);
        }
        directive.setGiveUp(isGarbage(app, configuration, learning.containsKey(node), node));
        return Optional.of(directive);
    }

    /** For a replica that is in no group: if the app has no load at all, there is to be nothing of one. */
    private Optional<LoadDirective> outsiderLoad(MetaState state, Gpid gpid) {
        return state.loads().find(gpid.appId()).isEmpty()
                ? Optional.of(LoadWire.nothing())
                : loads.findDirective(state, gpid);
    }

    /** True if the node is to be told of the partition without having a replica of it. */
    static boolean concerns(MetaState state, Learners learners, Partition partition, HostPort node) {
        return state.requireApp(partition.gpid().appId()).isAvailable()
                && (partition.configuration().hasMember(node)
                        || learners.signatures(partition.gpid()).containsKey(node));
    }

    /** A replica is garbage only because of a record: here, a configuration without it that is full again. */
    private static boolean isGarbage(App app, Configuration configuration, boolean learns, HostPort node) {
        return !configuration.hasMember(node)
                && !learns
                && configuration.members().size() >= app.maxReplicaCount();
    }

    private static PartitionDirective giveUp(Gpid gpid) {
        PartitionDirective directive = new PartitionDirective();
        directive.setGpid(Wire.gpid(gpid));
        directive.setBallot(Long.MAX_VALUE);
        directive.setSecondaries(List.<WireAddress>of());
        directive.setLearners(List.<WireAddress>of());
        directive.setApp(new AppDescription(gpid.appId(), "", 0, 0, Map.of()));
        directive.setGiveUp(true);
        return directive;
    }

    private static AppDescription describe(App app) {
        return new AppDescription(app.id(), app.name(), app.partitionCount(), app.maxReplicaCount(), app.envs());
    }
}
