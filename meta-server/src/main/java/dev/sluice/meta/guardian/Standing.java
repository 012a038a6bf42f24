package dev.sluice.meta.guardian;

/** How a replica server stands with the leader. */
public enum Standing {
    /** Registered, connected, and heard of lately. */
    LIVE,
    /** Not connected, but so lately heard of that its lease may be valid: it may still serve. */
    SILENT,
    /** Connected in a new run that is not registered yet: it serves nothing, and may have lost what was not fsynced. */
    ARRIVING,
    /** Not heard of for longer than any lease: it serves nothing. */
    DEAD
}
