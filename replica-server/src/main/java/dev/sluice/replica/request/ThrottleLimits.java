package dev.sluice.replica.request;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Units per second that a partition takes, as a throttling env says: {@code 20K*delay*100,30K*reject*200}. 0 units: no limit.
 *
 * @param delayUnits above so many a request waits for {@code delayMs}
 * @param rejectUnits above so many a request is refused after {@code rejectMs}
 */
record ThrottleLimits(long delayUnits, long delayMs, long rejectUnits, long rejectMs) {
    static final ThrottleLimits NONE = new ThrottleLimits(0, 0, 0, 0);

    private static final Pattern LIMIT = Pattern.compile("(\\d{1,12})([KM]?)\\*(delay|reject)\\*(\\d{1,9})");

    /** The share of one partition of a table's limits; no limit where the text has none. */
    static ThrottleLimits parse(String text, int partitionCount) {
        ThrottleLimits limits = NONE;
        for (String part : text.split(",", -1)) {
            Matcher matcher = LIMIT.matcher(part);
            if (matcher.matches()) {
                long units = ofPartition(Long.parseLong(matcher.group(1)) * factor(matcher.group(2)), partitionCount);
                long ms = Long.parseLong(matcher.group(4));
                limits = matcher.group(3).equals("delay")
                        ? new ThrottleLimits(units, ms, limits.rejectUnits, limits.rejectMs)
                        : new ThrottleLimits(limits.delayUnits, limits.delayMs, units, ms);
            }
        }
        return limits;
    }

    boolean isNone() {
        return delayUnits == 0 && rejectUnits == 0;
    }

    private static long ofPartition(long units, int partitionCount) {
        return units == 0 ? 0 : units / Math.max(1, partitionCount) + 1;
    }

    private static long factor(String suffix) {
        return switch (suffix) {
            case "K" -> 1_000;
            case "M" -> 1_000_000;
            default -> 1;
        };
    }
}
