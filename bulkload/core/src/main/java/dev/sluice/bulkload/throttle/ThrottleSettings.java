package dev.sluice.bulkload.throttle;

/**
 * What an administrator wants of the transfer throttle of a node.
 *
 * @param bytesPerSecondMax never exceeded; 0 is no limit
 * @param adaptive gives way when reads of clients become slow; if not, {@code bytesPerSecondMax} alone counts
 * @param floorBytesPerSecond giving way ends here, so that every transfer ends; {@code bytesPerSecondMax} wins if it is less
 * @param slowPercent reads are slow when their p99 is more than so many percent of the quiet one; more than 100
 * @param assumedQuietMicros what counts as the quiet p99 of a node that had no quiet time yet
 */
public record ThrottleSettings(
        long bytesPerSecondMax, boolean adaptive, long floorBytesPerSecond, int slowPercent, long assumedQuietMicros) {
    public ThrottleSettings {
        require(bytesPerSecondMax >= 0, "bytesPerSecondMax", bytesPerSecondMax, "0 (no limit) or more");
        require(floorBytesPerSecond >= 1, "floorBytesPerSecond", floorBytesPerSecond, "1 or more");
        require(slowPercent > 100, "slowPercent", slowPercent, "more than 100");
        require(assumedQuietMicros >= 1, "assumedQuietMicros", assumedQuietMicros, "1 or more");
    }

    /** The least that giving way leaves. */
    long least() {
        return bytesPerSecondMax == 0 ? floorBytesPerSecond : Math.min(floorBytesPerSecond, bytesPerSecondMax);
    }

    /** The smaller one of a limit and {@code bytesPerSecondMax}; 0 is none of both. */
    long atMost(long limit) {
        return limit == 0 || bytesPerSecondMax == 0
                ? Math.max(limit, bytesPerSecondMax)
                : Math.min(limit, bytesPerSecondMax);
    }

    private static void require(boolean holds, String name, long value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + ", expected " + expected);
        }
    }
}
