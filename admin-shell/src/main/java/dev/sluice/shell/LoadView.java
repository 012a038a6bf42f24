package dev.sluice.shell;

import dev.sluice.client.LoadStatus;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One look at a load, as lines of text: the app, then its partitions, those with work left first. */
final class LoadView {
    private static final int BAR_WIDTH = 30;

    private final LoadStatus status;
    private final @Nullable LoadDetail detail;
    private final RateMeter meter;

    LoadView(LoadStatus status, @Nullable LoadDetail detail, RateMeter meter) {
        this.status = status;
        this.detail = detail;
        this.meter = meter;
    }

    /** {@code orders BLS_DOWNLOADING [####----] 50% 12.3 MiB/s ETA 0:12}. */
    String headline() {
        StringBuilder line = new StringBuilder(status.app() + " " + status.status());
        if (status.loading()) {
            int percent = percent();
            line.append(" [")
                    .append(Figures.bar(percent, BAR_WIDTH))
                    .append("] ")
                    .append(percent)
                    .append('%');
            OptionalDouble rate = meter.perSecond();
            if (isMoving() && rate.isPresent() && rate.getAsDouble() > 0) {
                line.append(
                        hasBytes()
                                ? " " + Figures.bytes(rate.getAsDouble()) + "/s"
                                : String.format(Locale.ROOT, " %.1f%%/s", rate.getAsDouble()));
            }
            OptionalLong eta = meter.secondsUntil(total());
            if (isMoving() && eta.isPresent()) {
                line.append(" ETA ").append(Figures.duration(eta.getAsLong()));
            }
        } else if (!status.error().isOk()) {
            line.append(' ').append(status.error());
        }
        return line.toString();
    }

    /** The headline and at most that many lines about partitions. */
    List<String> lines(int partitionsMax) {
        List<String> lines = new ArrayList<>();
        lines.add(headline());
        if (!status.hint().isEmpty()) {
            lines.add("  " + status.hint());
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

    /** What is measured: bytes if the cluster tells them, else percent. */
    double amount() {
        return hasBytes() && status.status() == BulkLoadStatus.BLS_DOWNLOADING
                ? Optional.ofNullable(detail).map(LoadDetail::bytesDone).orElse(0L)
                : percent();
    }

    private double total() {
        return hasBytes() && status.status() == BulkLoadStatus.BLS_DOWNLOADING
                ? Optional.ofNullable(detail).map(LoadDetail::bytesTotal).orElse(0L)
                : 100;
    }

    private boolean hasBytes() {
        return detail != null && detail.bytesTotal() > 0;
    }

    private boolean isMoving() {
        return status.status() == BulkLoadStatus.BLS_DOWNLOADING;
    }

    int percent() {
        return switch (status.status()) {
            case BLS_INGESTING -> status.ingestPercent();
            case BLS_SUCCEED -> 100;
            default -> status.downloadPercent();
        };
    }

    private boolean isDone(int index) {
        return switch (status.partitions().get(index).status()) {
            case BLS_DOWNLOADED, BLS_SUCCEED -> true;
            default -> false;
        };
    }

    private String partitionLine(int index) {
        LoadStatus.Partition partition = status.partitions().get(index);
        String progress = isDone(index) ? "100%" : partition.downloadPercent(status.maxReplicaCount()) + "%";
        String replicas = partition.replicas().entrySet().stream()
                .map(replica -> replicaText(index, replica.getKey(), replica.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "  %4d %-16s %4s %s", index, partition.status(), progress, replicas)
                .stripTrailing();
    }

    private String replicaText(int index, HostPort server, PartitionBulkLoadState state) {
        StringBuilder text = new StringBuilder(server.toString());
        Map<String, LoadDetail.Member> members = detail == null ? Map.of() : detail.members(index);
        LoadDetail.Member member = members.get(server.toString());
        if (member != null) {
            text.append(' ').append(member.phase());
        }
        if (state.isSetDownloadProgress()) {
            text.append(' ').append(state.getDownloadProgress()).append('%');
        }
        if (state.isSetIngestStatus()) {
            text.append(' ').append(state.getIngestStatus());
        }
        if (member != null && !member.message().isEmpty()) {
            text.append(" (").append(member.message()).append(')');
        }
        return text.toString();
    }
}
