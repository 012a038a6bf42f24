package dev.sluice.meta;

import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.ClusterRecord.ClusterCreated;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the cluster its id, once, when the first leader finds that it has none. */
final class Founder implements StateListener {
    private static final Logger LOG = LoggerFactory.getLogger(Founder.class);

    private final MetaLeader leader;
    private final FunctionLevel level;

    Founder(MetaLeader leader, FunctionLevel level) {
        this.leader = leader;
        this.level = level;
    }

    @Override
    public void onLeading(long term, MetaState state) {
        if (state.clusterId().isEmpty()) {
            String id = UUID.randomUUID().toString();
            var unused = leader.submit((now, wallMs) -> now.clusterId().isEmpty()
                            ? Decision.record(id, new ClusterCreated(id, wallMs, level))
                            : Decision.reply(now.clusterId()))
                    .whenComplete((created, failure) -> {
                        if (failure == null) {
                            LOG.info("Cluster {} is created", created);
                        } else {
                            LOG.warn("The cluster is not created yet; the next leader tries again", failure);
                        }
                    });
        }
    }
}
