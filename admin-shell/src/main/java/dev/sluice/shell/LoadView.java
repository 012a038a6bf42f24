package dev.sluice.shell;

import dev.sluice.client.LoadStatus;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** One look at a load, as lines of text: the app, then its partitions, those with work left first. */
final class LoadView {
    private static final int BAR_WIDTH = 30;

    private final LoadStatus status;
    private final LoadHint hint;
    private final RateMeter percentMeter;

    /** @param percentMeter measures {@link #percent}, for a server that tells no rate */
    LoadView(LoadStatus status, RateMeter percentMeter) {
        this.status = status;
        this.hint = LoadHint.parse(status.hint());
        this.percentMeter = percentMeter;
    }

    /** {@code orders BLS_DOWNLOADING [####----] 50% 12.3 MiB/s ETA 0:12}. */
    String headline() {
        StringBuilder line = new StringBuilder(status.app() + " " + status.status());
        if (status.loading()) {
            line.append(" [").append(Figures.bar(percent(), BAR_WIDTH)).append("] ");
            line.append(percent()).append('%');
            if (status.status() == BulkLoadStatus.BLS_DOWNLOADING) {
                line.append(speed());
            }
        } else if (!status.error().isOk()) {
            line.append(' ').append(status.error());
        }
        return line.toString();
    }

    /** The headline, what the server adds, and at most that many lines about partitions. */
    List<String> lines(int partitionsMax) {
        List<String> lines = new ArrayList<>();
        lines.add(headline());
        if (!hint.rest().isEmpty()) {
            lines.add("  " + hint.rest());
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < status.partitions().size(); i++) {
            order.add(i);
        }
        order.sort((one, other) -> Boolean.compare(isDone(one), isDone(other)));
        order.stream().limit(partitionsMax).forEach(index -> lines.add(partitionLine(index)));
        if (order.size() > partitionsMax) {
            lines.add("  and " + (order.size() - partitionsMax) + " more partitions");
        }
        return lines;
    }

    /** How far the present step of the load is. */
    int percent() {
        return switch (status.status()) {
            case BLS_INGESTING -> status.ingestPercent();
            case BLS_SUCCEED -> 100;
            default ->
                hint.transfer() == null
                        ? status.downloadPercent()
                        : hint.transfer().percent();
        };
    }

    private String speed() {
        LoadHint.Transfer transfer = hint.transfer();
        if (transfer != null) {
            return " " + Figures.bytes(transfer.bytesPerSecond()) + "/s ETA "
                    + Figures.duration(transfer.secondsLeft());
        }
        OptionalDouble rate = percentMeter.perSecond();
        OptionalLong left = percentMeter.secondsUntil(100);
        return rate.isPresent() && left.isPresent()
                ? String.format(Locale.ROOT, " %.1f%%/s ETA %s", rate.getAsDouble(), Figures.duration(left.getAsLong()))
                : "";
    }

    private boolean isDone(int index) {
        return switch (status.partitions().get(index).status()) {
            case BLS_DOWNLOADED, BLS_SUCCEED -> true;
            default -> false;
        };
    }

    private String partitionLine(int index) {
        LoadStatus.Partition partition = status.partitions().get(index);
        String progress = progress(index, partition);
        String why = hint.partitions().getOrDefault(index, "");
        String replicas = partition.replicas().entrySet().stream()
                .map(replica -> replicaText(replica.getKey(), replica.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(
                        Locale.ROOT,
                        "  %4d %-16s %4s %s",
                        index,
                        partition.status(),
                        progress,
                        why.isEmpty() ? replicas : why)
                .stripTrailing();
    }

    /** How much of it is copied; once it ingests that says nothing any more. */
    private String progress(int index, LoadStatus.Partition partition) {
        if (isDone(index)) {
            return "100%";
        }
        return partition.status() == BulkLoadStatus.BLS_INGESTING
                ? ""
                : partition.downloadPercent(status.maxReplicaCount()) + "%";
    }

    private static String replicaText(HostPort server, PartitionBulkLoadState state) {
        StringBuilder text = new StringBuilder(server.toString());
        if (state.isSetIngestStatus()) {
            text.append(' ').append(state.getIngestStatus());
        } else if (state.isSetDownloadProgress()) {
            text.append(' ').append(state.getDownloadProgress()).append('%');
        }
        return text.toString();
    }
}
