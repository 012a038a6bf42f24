package dev.sluice.replica.log;

/**
 * Limits of a mutation log.
 *
 * @param segmentBytesMax a segment that has reached this size is followed by a new one
 * @param groupBytesMax records written at once, at most, unless one alone is longer
 * @param recordBytesMax a longer record is refused
 */
public record LogOptions(int segmentBytesMax, int groupBytesMax, int recordBytesMax) {
    /** Segments of 32 MiB, groups of 4 MiB, records of up to 256 MiB. */
    public static final LogOptions DEFAULT = new LogOptions(32 << 20, 4 << 20, 256 << 20);

    public LogOptions {
        requirePositive("segmentBytesMax", segmentBytesMax);
        requirePositive("groupBytesMax", groupBytesMax);
        requirePositive("recordBytesMax", recordBytesMax);
        if ((long) segmentBytesMax + recordBytesMax > Integer.MAX_VALUE - 1024) {
            throw new IllegalArgumentException("segmentBytesMax " + segmentBytesMax + " and recordBytesMax "
                    + recordBytesMax + ", expected less than 2 GiB together");
        }
    }

    public LogOptions withSegmentBytesMax(int bytes) {
        return new LogOptions(bytes, groupBytesMax, recordBytesMax);
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is " + value + ", expected above 0");
        }
    }
}
