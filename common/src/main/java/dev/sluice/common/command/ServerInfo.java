package dev.sluice.common.command;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.TreeMap;

/**
 * What {@code server-info} says about a process.
 *
 * @param startTime {@code YYYY-MM-DD hh:mm:ss}, UTC
 */
public record ServerInfo(String version, String gitSha, String buildType, String startTime) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    /** A process of this build that started at that time, in milliseconds since 1970. */
    public static ServerInfo startedAt(long wallMs) {
        Package build = ServerInfo.class.getPackage();
        String version = build.getImplementationVersion();
        return new ServerInfo(
                version == null ? "Sluice development build" : "Sluice " + version,
                "unknown",
                "release",
                TIME.format(Instant.ofEpochMilli(wallMs)));
    }

    String toJson() {
        TreeMap<String, String> fields = new TreeMap<>();
        fields.put("build_type", buildType);
        fields.put("git_SHA", gitSha);
        fields.put("start_time", startTime);
        fields.put("version", version);
        return JsonText.compact(fields);
    }
}
