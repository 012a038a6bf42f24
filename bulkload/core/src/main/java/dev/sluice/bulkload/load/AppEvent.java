package dev.sluice.bulkload.load;

import dev.sluice.common.ErrorCode;

/**
 * Something that an app's load hears of.
 *
 * @param epoch of a publish, else 0
 * @param error of a failure, and why a cancel came; else without meaning
 */
public record AppEvent(Kind kind, long epoch, LoadError error) {
    private static final LoadError NONE = new LoadError(ErrorCode.ERR_OK, "");

    /** What happened. */
    public enum Kind {
        /** An operator asks to stop work and keep what is verified. */
        PAUSE,
        /** An operator asks to go on after a pause. */
        RESTART,
        /** An operator asks to give up. */
        CANCEL,
        /** An operator insists on giving up. */
        FORCE_CANCEL,
        /** An operator asks to forget the result. */
        CLEAR,
        /** Every member of every partition is staged. */
        ALL_STAGED,
        /** A partition that was staged is not any more: it has a new member. */
        STEPPED_BACK,
        /** The leader is ready to make the load visible. */
        PUBLISH,
        /** Every member of every partition has applied the publish. */
        ALL_PUBLISHED,
        /** The file set cannot be loaded. */
        SOURCE_FAILED,
        /** Every live member has stopped. */
        ALL_PAUSED,
        /** No live member has anything of the load. */
        ALL_CLEAN,
        /** The app was dropped. */
        APP_DROPPED
    }

    public static AppEvent of(Kind kind) {
        return new AppEvent(kind, 0, NONE);
    }

    public static AppEvent publish(long epoch) {
        return new AppEvent(Kind.PUBLISH, epoch, NONE);
    }

    public static AppEvent sourceFailed(LoadError error) {
        return new AppEvent(Kind.SOURCE_FAILED, 0, error);
    }
}
