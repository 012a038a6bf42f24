package dev.sluice.client;

import dev.sluice.common.ErrorCode;

/** The status number inside replies of the data path. */
final class StorageStatus {
    static final int OK = 0;
    static final int NOT_FOUND = 1;
    static final int INVALID_ARGUMENT = 4;
    static final int INCOMPLETE = 7;
    static final int TRY_AGAIN = 13;

    private static final String[] NAMES = {
        "Ok",
        "NotFound",
        "Corruption",
        "NotSupported",
        "InvalidArgument",
        "IOError",
        "MergeInProgress",
        "Incomplete",
        "ShutdownInProgress",
        "TimedOut",
        "Aborted",
        "Busy",
        "Expired",
        "TryAgain"
    };

    private StorageStatus() {}

    static ClientException failure(int status, String what) {
        String name = status >= 0 && status < NAMES.length ? NAMES[status] : "unknown";
        ErrorCode error =
                status == INVALID_ARGUMENT ? ErrorCode.ERR_INVALID_PARAMETERS : ErrorCode.ERR_LOCAL_APP_FAILURE;
        return new ClientException(error, what + ": the storage answered " + status + " (" + name + ")");
    }
}
