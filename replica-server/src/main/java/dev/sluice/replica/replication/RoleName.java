package dev.sluice.replica.replication;

/** The roles by name, for reports and logs. */
public enum RoleName {
    INACTIVE,
    PRIMARY,
    SECONDARY,
    LEARNER,
    ERROR
}
