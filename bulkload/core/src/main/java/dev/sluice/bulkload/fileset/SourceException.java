package dev.sluice.bulkload.fileset;

import dev.sluice.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A file set, or a file of it, cannot be used. The message names the file and the reason; the code is what clients see,
 * the remedy who can mend it.
 */
public final class SourceException extends Exception {
    private final String file;
    private final String reason;
    private final ErrorCode code;
    private final Remedy remedy;

    public SourceException(String file, String reason, ErrorCode code, Remedy remedy) {
        this(file, reason, code, remedy, null);
    }

    public SourceException(String file, String reason, ErrorCode code, Remedy remedy, @Nullable Throwable cause) {
        super(file + ": " + reason, cause);
        this.file = file;
        this.reason = reason;
        this.code = code;
        this.remedy = remedy;
    }

    /** The content is wrong, whoever reads it. */
    public static SourceException damaged(String file, String reason) {
        return new SourceException(file, reason, ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE);
    }

    /** This node could not read or write its own disk. */
    public static SourceException ofNode(String file, Throwable cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new SourceException(file, reason, ErrorCode.ERR_FILE_OPERATION_FAILED, Remedy.NODE, cause);
    }

    /** Path in the store, or name, of what is wrong. */
    public String file() {
        return file;
    }

    /** What is wrong with it, without the file. */
    public String reason() {
        return reason;
    }

    public ErrorCode code() {
        return code;
    }

    public Remedy remedy() {
        return remedy;
    }
}
