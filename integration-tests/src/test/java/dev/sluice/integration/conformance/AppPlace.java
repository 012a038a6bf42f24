package dev.sluice.integration.conformance;

import dev.sluice.client.SluiceClient;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Where an app's partitions are, as the meta server said once. */
record AppPlace(int appId, List<PartitionConfiguration> partitions) implements Desk.Place {
    static AppPlace of(SluiceClient client, String app) {
        QueryConfigResponse routing = client.admin().queryConfig(app);
        return new AppPlace(
                routing.getAppId(),
                routing.getPartitions().stream()
                        .sorted(Comparator.comparing(each -> Wire.gpid(each.getPid())))
                        .toList());
    }

    @Override
    public Gpid gpid(int partitionIndex) {
        return new Gpid(appId, partitionIndex);
    }

    @Override
    public int partitionCount() {
        return partitions.size();
    }

    @Override
    public HostPort primary(int partitionIndex) {
        return Objects.requireNonNull(
                Wire.hostPort(partitions.get(partitionIndex).getPrimary()));
    }

    @Override
    public HostPort secondary(int partitionIndex) {
        return Objects.requireNonNull(
                Wire.hostPort(partitions.get(partitionIndex).getSecondaries().get(0)));
    }
}
