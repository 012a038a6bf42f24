package dev.sluice.bulkload.build;

/**
 * Which column, or member, holds what. A column is given by its name, or by its number from 1; empty is none.
 *
 * @param hashKey must be there
 * @param sortKey empty: sort keys are empty
 * @param value {@value #WHOLE_ROW}: the whole row as it stands in the input
 * @param ttlSeconds empty: rows never expire
 */
public record Columns(String hashKey, String sortKey, String value, String ttlSeconds) {
    /** Stands for the whole row. */
    public static final String WHOLE_ROW = "*";

    /** The names that are looked for if nothing is said. Sort key and time to live need not be there. */
    public static final Columns DEFAULTS = new Columns("hash_key", "sort_key", "value", "ttl");

    public Columns {
        if (hashKey.isEmpty() || value.isEmpty()) {
            throw new IllegalArgumentException("columns for the hash key and the value are needed");
        }
    }

    boolean isDefault() {
        return equals(DEFAULTS);
    }
}
