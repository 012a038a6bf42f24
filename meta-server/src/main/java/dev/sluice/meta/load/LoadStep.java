package dev.sluice.meta.load;

import dev.sluice.bulkload.load.AppPhase;
import dev.sluice.bulkload.load.LoadChange;
import dev.sluice.meta.state.LoadRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The durable steps of a load: each record of its own is one of these. A load also changes by records about its app, which is
 * dropped, or gets another configuration: these are not steps of the load.
 */
enum LoadStep {
    /** An operator starts a load. */
    START(false),
    /** All manifests were read. */
    PIN_MANIFESTS(true),
    /** In some partitions every member is staged; if these were the last, the load is DOWNLOADED by this. */
    NOTE_STAGED(true),
    /** The load becomes visible: the step from DOWNLOADED to INGESTING. */
    PUBLISH(true),
    /** The result is certain: after publish SUCCEED, before it FAILED or CANCELED. */
    DECIDE_RESULT(true),
    /** Nobody has anything of the load any more. */
    END(true),
    /** An operator asks for a pause. */
    ASK_PAUSE(false),
    /** Every live member has stopped. */
    PAUSE(true),
    /** An operator has a paused load go on. */
    RESTART(false),
    /** An operator has the result forgotten. */
    CLEAR(false);

    private final boolean followsByItself;

    LoadStep(boolean followsByItself) {
        this.followsByItself = followsByItself;
    }

    static LoadStep of(LoadRecord record) {
        if (record instanceof LoadRecord.LoadStarted) {
            return START;
        }
        return record instanceof LoadRecord.LoadChanged changed ? of(changed.change()) : CLEAR;
    }

    private static LoadStep of(LoadChange change) {
        if (change instanceof LoadChange.ManifestsPinned) {
            return PIN_MANIFESTS;
        }
        return change instanceof LoadChange.Moved moved ? of(moved.to()) : NOTE_STAGED;
    }

    private static LoadStep of(AppPhase to) {
        if (to instanceof AppPhase.Downloading) {
            return RESTART;
        }
        if (to instanceof AppPhase.Ingesting) {
            return PUBLISH;
        }
        if (to instanceof AppPhase.Pausing) {
            return ASK_PAUSE;
        }
        if (to instanceof AppPhase.Paused) {
            return PAUSE;
        }
        if (to instanceof AppPhase.CleaningUp) {
            return DECIDE_RESULT;
        }
        if (to instanceof AppPhase.Ended) {
            return END;
        }
        throw new IllegalArgumentException("no record moves a load to " + to);
    }

    /** The point before the record is proposed. */
    String before() {
        return "load.before-" + word();
    }

    /** The point at which it is committed and no directive or reply has gone out. */
    String after() {
        return "load.after-" + word();
    }

    /** True if it need not be asked for by an operator; only such a step can be held. */
    boolean followsByItself() {
        return followsByItself;
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<LoadStep> all() {
        return Arrays.asList(values());
    }
}
