package dev.sluice.meta.load;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.ManifestPin;
import dev.sluice.bulkload.load.PartitionLoad;
import dev.sluice.common.HostPort;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What a load would move where, in words for an operator. */
final class Forecast {
    /** For the time: what a node can fetch is not known before it fetches. */
    private static final long EXAMPLE_BYTES_PER_SECOND = 100_000_000;

    private Forecast() {}

    /**
     * One line for the set, one for each node, and what keeps partitions from getting staged now.
     *
     * @param pins by partition index
     */
    static String describe(AppLoad load, List<ManifestPin> pins, Nodes nodes) {
        long bytes = 0;
        long files = 0;
        Map<HostPort, long[]> byNode = new TreeMap<>();
        StringBuilder waits = new StringBuilder();
        for (int index = 0; index < pins.size(); index++) {
            ManifestPin pin = pins.get(index);
            PartitionLoad partition = load.partitions().get(index);
            bytes += pin.bytes();
            files += pin.files();
            for (HostPort member : partition.members()) {
                long[] sum = byNode.computeIfAbsent(member, any -> new long[2]);
                sum[0] += pin.bytes();
                sum[1]++;
            }
            int needed = load.plan().minReplicaCount();
            long live = partition.members().stream().filter(nodes::isLive).count();
            if (live < needed) {
                waits.append("\n  partition ")
                        .append(load.plan().appId())
                        .append('.')
                        .append(index);
                waits.append(" would wait: it has ").append(live).append(" live replicas, expected at least ");
                waits.append(needed);
            }
        }
        StringBuilder text = new StringBuilder("the load can start: ");
        text.append(files).append(" files, ").append(bytes).append(" bytes in ").append(pins.size());
        text.append(" partitions; each node would fetch:");
        byNode.forEach((node, sum) -> {
            OptionalLong free = nodes.freeBytes(node);
            text.append("\n  ")
                    .append(node)
                    .append(": ")
                    .append(sum[0])
                    .append(" bytes for ")
                    .append(sum[1]);
            text.append(" replicas, ");
            text.append(free.isPresent() ? free.getAsLong() + " bytes are free" : "what is free is not known");
            text.append(String.format(Locale.ROOT, "; %.1f s at 100 MB/s", (double) sum[0] / EXAMPLE_BYTES_PER_SECOND));
        });
        return text.append(waits).toString();
    }
}
