package dev.sluice.common.rpc;

/** Hears of each answer to one task code; called on any thread, must not block. */
@FunctionalInterface
public interface RpcMeter {
    /** Hears nothing. */
    RpcMeter NONE = (nanos, refused) -> {};

    /**
     * An answer was written.
     *
     * @param nanos since the request was read
     * @param refused it is an error in the header
     */
    void answered(long nanos, boolean refused);
}
