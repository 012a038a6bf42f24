package dev.sluice.client;

import dev.sluice.common.ErrorCode;

/** What to do after an attempt of a data request that failed, as the clients of Pegasus do it. */
enum Retry {
    /** The primary is elsewhere, or there is none now: ask for the configuration, then try again. */
    REFRESH,
    /** The same server will be able to soon: try again there. */
    SAME_SERVER,
    /** It may have been carried out: ask for the configuration, then try again only what does no harm twice. */
    IF_HARMLESS,
    /** Trying again will not help, or would make it worse. */
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
