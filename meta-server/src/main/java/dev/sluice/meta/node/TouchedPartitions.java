package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import dev.sluice.meta.state.AppRecord;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.LoadRecord;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds the partitions whose directives some records may have changed. */
final class TouchedPartitions {
    private TouchedPartitions() {}

    static Set<Gpid> of(MetaState before, MetaState after, Collection<MetaRecord> records) {
        Set<Gpid> touched = new LinkedHashSet<>();
        for (MetaRecord record : records) {
            if (record instanceof PartitionsConfigured configured) {
                configured.configurations().stream().map(Configuration::gpid).forEach(touched::add);
            } else if (record instanceof AppRecord app) {
                before.partitionsOf(app.appId()).forEach(partition -> touched.add(partition.gpid()));
                after.partitionsOf(app.appId()).forEach(partition -> touched.add(partition.gpid()));
            } else if (record instanceof LoadRecord load && load.changesDirectives()) {
                after.partitionsOf(load.appId()).forEach(partition -> touched.add(partition.gpid()));
            }
        }
        return touched;
    }
}
