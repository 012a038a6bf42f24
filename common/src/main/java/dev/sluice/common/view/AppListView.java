package dev.sluice.common.view;

import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tables that show a list of apps. */
public record AppListView(List<TextTable> shown) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH:mm:ss", Locale.ROOT);

    public AppListView {
        shown = List.copyOf(shown);
    }

    /** The apps, and how many there are. */
    public static AppListView of(List<AppInfo> apps, ZoneId zone) {
        return new AppListView(List.of(general(apps, zone), count(apps)));
    }

    /**
     * The apps, how healthy the available ones are, and how many there are.
     *
     * @param configurations of the available ones, by name; one that went away meanwhile may be missing
     */
    public static AppListView detailed(
            List<AppInfo> apps, ZoneId zone, Map<String, QueryConfigResponse> configurations) {
        TextTable healthy = TextTable.columns(
                "healthy_info",
                "app_id",
                "app_name",
                "partition_count",
                "fully_healthy",
                "unhealthy",
                "write_unhealthy",
                "read_unhealthy");
        AppHealth total = AppHealth.NONE;
        for (AppInfo app : available(apps)) {
            QueryConfigResponse configuration = configurations.get(app.getAppName());
            if (configuration == null) {
                continue;
            }
            AppHealth health = AppHealth.of(configuration);
            total = total.plus(health);
            healthy.add(
                    app.getAppId(),
                    app.getAppName(),
                    app.getPartitionCount(),
                    health.fullyHealthy(),
                    health.unhealthy(),
                    health.writeUnhealthy(),
                    health.readUnhealthy());
        }
        TextTable summary = count(apps)
                .add("fully_healthy_partition_count", total.fullyHealthy())
                .add("unhealthy_partition_count", total.unhealthy())
                .add("write_unhealthy_partition_count", total.writeUnhealthy())
                .add("read_unhealthy_partition_count", total.readUnhealthy());
        return new AppListView(List.of(general(apps, zone), healthy, summary));
    }

    /** Those that can be used. */
    public static List<AppInfo> available(List<AppInfo> apps) {
        return apps.stream()
                .filter(app -> app.getStatus() == AppStatus.AS_AVAILABLE)
                .toList();
    }

    /** Unix seconds as {@code YYYY-MM-DD_hh:mm:ss}; {@code -} for none. */
    public static String time(long unixSeconds, ZoneId zone) {
        return unixSeconds <= 0
                ? "-"
                : TIME.format(Instant.ofEpochSecond(unixSeconds).atZone(zone));
    }

    public TextTable[] tables() {
        return shown.toArray(TextTable[]::new);
    }

    private static TextTable count(List<AppInfo> apps) {
        return TextTable.facts("summary").add("total_app_count", available(apps).size());
    }

    private static TextTable general(List<AppInfo> apps, ZoneId zone) {
        TextTable general = TextTable.columns(
                "general_info",
                "app_id",
                "status",
                "app_name",
                "app_type",
                "partition_count",
                "replica_count",
                "is_stateful",
                "create_time",
                "drop_time",
                "drop_expire",
                "envs_count",
                "atomic_idempotent");
        for (AppInfo app : apps) {
            boolean dropped = app.getStatus() == AppStatus.AS_DROPPED;
            general.add(
                    app.getAppId(),
                    app.getStatus().name().substring("AS_".length()),
                    app.getAppName(),
                    app.getAppType(),
                    app.getPartitionCount(),
                    app.getMaxReplicaCount(),
                    app.isIsStateful(),
                    time(app.getCreateSecond(), zone),
                    dropped ? time(app.getDropSecond(), zone) : "-",
                    dropped ? time(app.getExpireSecond(), zone) : "-",
                    app.getEnvsSize(),
                    app.isAtomicIdempotent());
        }
        return general;
    }
}
