package dev.sluice.client;

import dev.sluice.common.ErrorCode;

/** What to do after a header error of a data request, as the clients of Pegasus do it. */
enum Retry {
    /** The primary may be elsewhere: ask for the configuration, then try again. */
    REFRESH,
    /** The same server will be able to soon. */
    SAME_SERVER,
    /** It may have been carried out: try again (elsewhere) only what does no harm twice. */
    IF_HARMLESS,
    /** Trying again will not help. */
    NEVER;

    static Retry after(ErrorCode error) {
        return switch (error) {
            case ERR_OBJECT_NOT_FOUND, ERR_INVALID_STATE, ERR_INACTIVE_STATE, ERR_PARENT_PARTITION_MISUSED -> REFRESH;
            case ERR_NOT_ENOUGH_MEMBER, ERR_CAPACITY_EXCEEDED -> SAME_SERVER;
            case ERR_TIMEOUT, ERR_NETWORK_FAILURE -> IF_HARMLESS;
            default -> NEVER;
        };
    }
}
