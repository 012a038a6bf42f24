package dev.sluice.meta.load;

import dev.sluice.bulkload.load.AppPhase;
import dev.sluice.bulkload.load.LoadChange;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The durable steps of a load that follow by themselves. Each has a fault point before its record is proposed. */
enum LoadStep {
    /** All manifests were read. */
    PIN_MANIFESTS,
    /** In some partitions every member is staged. */
    NOTE_STAGED,
    /** The load becomes visible: the step from DOWNLOADED to INGESTING. */
    PUBLISH,
    /** Every live member has stopped. */
    PAUSE,
    /** The result is certain, after publish SUCCEED: the step out of INGESTING. */
    DECIDE_RESULT,
    /** Nobody has anything of the load any more. */
    END;

    /** Its point's name. */
    String point() {
        return "load.before-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The names of all points. */
    static List<String> points() {
        return Arrays.stream(values()).map(LoadStep::point).toList();
    }

    /** The step that this change is; empty for one that only an operator asks for. */
    static Optional<LoadStep> of(LoadChange change) {
        if (change instanceof LoadChange.ManifestsPinned) {
            return Optional.of(PIN_MANIFESTS);
        }
        if (change instanceof LoadChange.PartitionsStaged) {
            return Optional.of(NOTE_STAGED);
        }
        AppPhase to = ((LoadChange.Moved) change).to();
        if (to instanceof AppPhase.Ingesting) {
            return Optional.of(PUBLISH);
        }
        if (to instanceof AppPhase.Paused) {
            return Optional.of(PAUSE);
        }
        if (to instanceof AppPhase.CleaningUp) {
            return Optional.of(DECIDE_RESULT);
        }
        return to instanceof AppPhase.Ended ? Optional.of(END) : Optional.empty();
    }
}
