package dev.sluice.common.config;

/** What kind of value an option has, where its unit does not matter. */
public enum ValueType {
    INTEGER,
    LONG,
    DECIMAL,
    BOOLEAN,
    TEXT
}
