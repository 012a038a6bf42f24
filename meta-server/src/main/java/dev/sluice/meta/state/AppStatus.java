package dev.sluice.meta.state;

/** Whether an app can be used. */
public enum AppStatus {
    AVAILABLE,
    /** Not found by name, but may be recalled by id until it expires. */
    DROPPED
}
