package dev.sluice.common;

import org.jspecify.annotations.Nullable;

/**
 * Names one partition of one app.
 *
 * @param appId id of the app, from 1 up, never used twice
 * @param partitionIndex from 0 up
 */
public record Gpid(int appId, int partitionIndex) implements Comparable<Gpid> {
    /** Reads {@code app_id.partition_index}, as {@link #toString} writes it. */
    public static Gpid parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException("'" + text + "' is not a partition: expected app_id.partition_index");
        }
        return new Gpid(Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
    }

    @Override
    public int compareTo(Gpid other) {
        return appId == other.appId
                ? Integer.compare(partitionIndex, other.partitionIndex)
                : Integer.compare(appId, other.appId);
    }

    // By hand, as the order is: partitions are the keys of most maps.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Gpid gpid && appId == gpid.appId && partitionIndex == gpid.partitionIndex;
    }

    @Override
    public int hashCode() {
        return 31 * appId + partitionIndex;
    }

    @Override
    public String toString() {
        return appId + "." + partitionIndex;
    }
}
