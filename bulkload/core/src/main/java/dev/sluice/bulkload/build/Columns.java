package dev.sluice.bulkload.build;

import org.jspecify.annotations.Nullable;

/**
 * Which column, or member, holds what. A column is given by its name, or by its number from 1; empty is none.
 *
 * @param hashKey must be there
 * @param sortKey empty: sort keys are empty
 * @param value {@value #WHOLE_ROW}: the whole row as it stands in the input
 * @param ttlSeconds empty: rows never expire
 * @param isSortKeyRequired false: an input without that column has empty sort keys
 * @param isTtlRequired false: rows of an input without that column never expire
 */
public record Columns(
        String hashKey,
        String sortKey,
        String value,
        String ttlSeconds,
        boolean isSortKeyRequired,
        boolean isTtlRequired) {
    /** Stands for the whole row. */
    public static final String WHOLE_ROW = "*";

    /** The names that are looked for if nothing is said. Sort key and time to live need not be there. */
    public static final Columns DEFAULTS = new Columns("hash_key", "sort_key", "value", "ttl", false, false);

    public Columns {
        if (hashKey.isEmpty() || value.isEmpty()) {
            throw new IllegalArgumentException("columns for the hash key and the value are needed");
        }
    }

    /** Columns that all must be there, unless empty. */
    public Columns(String hashKey, String sortKey, String value, String ttlSeconds) {
        this(hashKey, sortKey, value, ttlSeconds, true, true);
    }

    /** What somebody chose, and for what is null the default: naming one column takes no other away. */
    public static Columns chosen(
            @Nullable String hashKey, @Nullable String sortKey, @Nullable String value, @Nullable String ttlSeconds) {
        return new Columns(
                hashKey == null ? DEFAULTS.hashKey : hashKey,
                sortKey == null ? DEFAULTS.sortKey : sortKey,
                value == null ? DEFAULTS.value : value,
                ttlSeconds == null ? DEFAULTS.ttlSeconds : ttlSeconds,
                sortKey != null,
                ttlSeconds != null);
    }

    boolean isDefault() {
        return equals(DEFAULTS);
    }
}
