package dev.sluice.common;

import java.util.Comparator;

/**
 * Names one partition of one app.
 *
 * @param appId id of the app, from 1 up, never used twice
 * @param partitionIndex from 0 up
 */
public record Gpid(int appId, int partitionIndex) implements Comparable<Gpid> {
    private static final Comparator<Gpid> ORDER =
            Comparator.comparingInt(Gpid::appId).thenComparingInt(Gpid::partitionIndex);

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
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return appId + "." + partitionIndex;
    }
}
