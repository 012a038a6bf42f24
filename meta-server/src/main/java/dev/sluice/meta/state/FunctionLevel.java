package dev.sluice.meta.state;

/** How much the meta server does by itself; an operator sets it. In growing order. */
public enum FunctionLevel {
    /** Nothing but queries. */
    STOPPED(100),
    /** Nothing but queries. */
    BLIND(200),
    /** Configurations do not change, and apps are not created. */
    FREEZED(300),
    /** Failures are repaired. */
    STEADY(400),
    /** Failures are repaired, and primaries and replicas are spread evenly. */
    LIVELY(500);

    private final int number;

    FunctionLevel(int number) {
        this.number = number;
    }

    /** Its number on the wire. */
    public int number() {
        return number;
    }

    /** True if the guardian may change configurations. */
    public boolean repairs() {
        return compareTo(STEADY) >= 0;
    }

    /** True if the balancer may move replicas. */
    public boolean balances() {
        return compareTo(LIVELY) >= 0;
    }
}
