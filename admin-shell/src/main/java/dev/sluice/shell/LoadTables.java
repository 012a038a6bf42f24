package dev.sluice.shell;

import dev.sluice.client.LoadStatus;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The tables of {@code query_bulk_load_status}. */
final class LoadTables {
    /** Stands for all partitions. */
    static final int ALL = -1;

    private LoadTables() {}

    /** @param partitionIndex or {@link #ALL} */
    static TextTable[] of(LoadStatus status, int partitionIndex, boolean detailed) {
        List<TextTable> tables = new ArrayList<>();
        if (detailed && partitionIndex == ALL) {
            tables.add(allPartitions(status));
        } else if (detailed) {
            singlePartition(status, partitionIndex).ifPresent(tables::add);
        }
        tables.add(summary(status, partitionIndex));
        return tables.toArray(TextTable[]::new);
    }

    private static TextTable allPartitions(LoadStatus status) {
        List<String> header = new ArrayList<>(List.of("partition_index", "partition_status"));
        boolean downloading = status.status() == BulkLoadStatus.BLS_DOWNLOADING;
        boolean cleaning = isEnding(status.status());
        if (downloading) {
            header.add("download_progress(%)");
        }
        if (cleaning) {
            header.add("is_cleaned_up");
        }
        TextTable table = TextTable.columns("all partitions", header.toArray(String[]::new));
        for (int i = 0; i < status.partitions().size(); i++) {
            LoadStatus.Partition partition = status.partitions().get(i);
            List<Object> row = new ArrayList<>(List.of(i, partition.status()));
            if (downloading) {
                row.add(partition.downloadPercent(status.maxReplicaCount()));
            }
            if (cleaning) {
                row.add(yes(partition.isCleanedUp()));
            }
            table.add(row.toArray());
        }
        return table;
    }

    private static Optional<TextTable> singlePartition(LoadStatus status, int index) {
        LoadStatus.Partition partition = status.partitions().get(index);
        return switch (partition.status()) {
            case BLS_DOWNLOADING ->
                Optional.of(replicas(
                        partition, index, "download_progress(%)", PartitionBulkLoadState::getDownloadProgress));
            case BLS_INGESTING ->
                Optional.of(replicas(
                        partition,
                        index,
                        "ingestion_status",
                        state -> state.isSetIngestStatus() ? state.getIngestStatus() : "IS_INVALID"));
            case BLS_SUCCEED, BLS_FAILED, BLS_CANCELED ->
                Optional.of(replicas(partition, index, "is_cleaned_up", state -> yes(state.isIsCleanedUp())));
            case BLS_PAUSING -> Optional.of(replicas(partition, index, "is_paused", state -> yes(state.isIsPaused())));
            case BLS_INVALID, BLS_PAUSED, BLS_DOWNLOADED -> Optional.empty();
        };
    }

    private static TextTable replicas(
            LoadStatus.Partition partition, int index, String column, Function<PartitionBulkLoadState, Object> value) {
        TextTable table = TextTable.columns("single partition", "node_address", "partition_index", column);
        partition.replicas().forEach((server, state) -> table.add(server, index, value.apply(state)));
        return table;
    }

    private static TextTable summary(LoadStatus status, int index) {
        TextTable table = TextTable.facts("summary");
        if (index != ALL) {
            table.add(
                    "partition_bulk_load_status", status.partitions().get(index).status());
        }
        table.add("is_bulk_loading", yes(status.loading()));
        table.add("app_bulk_load_status", status.status());
        if (status.status() == BulkLoadStatus.BLS_FAILED) {
            table.add("bulk_load_err", status.error());
        }
        if (status.status() == BulkLoadStatus.BLS_DOWNLOADING) {
            table.add("app_total_download_progress", status.downloadPercent());
        }
        if (status.status() == BulkLoadStatus.BLS_INGESTING) {
            table.add("app_total_ingestion_progress", status.ingestPercent());
        }
        if (!status.hint().isEmpty()) {
            table.add("hint", status.hint());
        }
        return table;
    }

    private static boolean isEnding(BulkLoadStatus status) {
        return switch (status) {
            case BLS_SUCCEED, BLS_FAILED, BLS_CANCELED -> true;
            default -> false;
        };
    }

    private static String yes(boolean value) {
        return value ? "YES" : "NO";
    }
}
