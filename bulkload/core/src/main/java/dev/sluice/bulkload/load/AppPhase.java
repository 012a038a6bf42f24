package dev.sluice.bulkload.load;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.sluice.common.ErrorCode;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.internal.LoadGoal;

/**
 * Where an app's load stands. {@link #on} says what each event means in each phase; {@code transitions-app.txt} has it all
 * as a table.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "phase")
@JsonSubTypes({
    @JsonSubTypes.Type(AppPhase.Downloading.class),
    @JsonSubTypes.Type(AppPhase.Downloaded.class),
    @JsonSubTypes.Type(AppPhase.Ingesting.class),
    @JsonSubTypes.Type(AppPhase.Pausing.class),
    @JsonSubTypes.Type(AppPhase.Paused.class),
    @JsonSubTypes.Type(AppPhase.CleaningUp.class),
    @JsonSubTypes.Type(AppPhase.Ended.class),
})
public sealed interface AppPhase {
    /** What clients see. */
    BulkLoadStatus status();

    /** What every partition is to do. */
    LoadGoal goal();

    /** What the event means here. */
    Ruling on(AppEvent event);

    /** False once only the result is left. */
    default boolean isLoading() {
        return true;
    }

    /** The epoch of the app that the publish is; 0 before publish, and if there was none. */
    default long epoch() {
        return 0;
    }

    /** True from the moment when reads may have seen the load: from there on it only goes forward. */
    default boolean isPublished() {
        return epoch() > 0;
    }

    /** Replicas bring themselves to staged. */
    @JsonTypeName("downloading")
    record Downloading() implements AppPhase {
        @Override
        public BulkLoadStatus status() {
            return BulkLoadStatus.BLS_DOWNLOADING;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.DOWNLOAD;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case PAUSE -> Ruling.go(new Pausing());
                case CANCEL, FORCE_CANCEL -> Ruling.go(CleaningUp.canceled("canceled by an operator"));
                case APP_DROPPED -> Ruling.go(CleaningUp.canceled("the app was dropped"));
                case SOURCE_FAILED -> Ruling.go(CleaningUp.failed(event.error()));
                case ALL_STAGED -> Ruling.go(new Downloaded());
                case RESTART, CLEAR -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, "");
                case STEPPED_BACK, PUBLISH, ALL_PUBLISHED, ALL_PAUSED, ALL_CLEAN -> Ruling.stay();
            };
        }
    }

    /** Every member of every partition is staged; nothing is visible. */
    @JsonTypeName("downloaded")
    record Downloaded() implements AppPhase {
        @Override
        public BulkLoadStatus status() {
            return BulkLoadStatus.BLS_DOWNLOADED;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.DOWNLOAD;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case STEPPED_BACK -> Ruling.go(new Downloading());
                case PUBLISH -> Ruling.go(new Ingesting(event.epoch()));
                case CANCEL, FORCE_CANCEL -> Ruling.go(CleaningUp.canceled("canceled by an operator"));
                case APP_DROPPED -> Ruling.go(CleaningUp.canceled("the app was dropped"));
                case SOURCE_FAILED -> Ruling.go(CleaningUp.failed(event.error()));
                case PAUSE, RESTART, CLEAR -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, "");
                case ALL_STAGED, ALL_PUBLISHED, ALL_PAUSED, ALL_CLEAN -> Ruling.stay();
            };
        }
    }

    /**
     * The load is visible, or becomes so in each partition; it only goes forward.
     *
     * @param epoch of the app that the publish is
     */
    @JsonTypeName("ingesting")
    record Ingesting(long epoch) implements AppPhase {
        @Override
        public BulkLoadStatus status() {
            return BulkLoadStatus.BLS_INGESTING;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.PUBLISH;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case ALL_PUBLISHED -> Ruling.go(CleaningUp.succeeded(epoch));
                case PAUSE, RESTART, CLEAR -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, "");
                case CANCEL, FORCE_CANCEL -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, CleaningUp.PUBLISHED);
                case ALL_STAGED, STEPPED_BACK, PUBLISH, SOURCE_FAILED, ALL_PAUSED, ALL_CLEAN, APP_DROPPED ->
                    Ruling.stay();
            };
        }
    }

    /** Replicas stop work and keep what is verified. */
    @JsonTypeName("pausing")
    record Pausing() implements AppPhase {
        @Override
        public BulkLoadStatus status() {
            return BulkLoadStatus.BLS_PAUSING;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.PAUSE;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case ALL_PAUSED -> Ruling.go(new Paused());
                case CANCEL, FORCE_CANCEL -> Ruling.go(CleaningUp.canceled("canceled by an operator"));
                case APP_DROPPED -> Ruling.go(CleaningUp.canceled("the app was dropped"));
                case SOURCE_FAILED -> Ruling.go(CleaningUp.failed(event.error()));
                case PAUSE, RESTART, CLEAR -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, "");
                case ALL_STAGED, STEPPED_BACK, PUBLISH, ALL_PUBLISHED, ALL_CLEAN -> Ruling.stay();
            };
        }
    }

    /** Nobody works on the load; what is verified is kept. */
    @JsonTypeName("paused")
    record Paused() implements AppPhase {
        @Override
        public BulkLoadStatus status() {
            return BulkLoadStatus.BLS_PAUSED;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.PAUSE;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case RESTART -> Ruling.go(new Downloading());
                case CANCEL, FORCE_CANCEL -> Ruling.go(CleaningUp.canceled("canceled by an operator"));
                case APP_DROPPED -> Ruling.go(CleaningUp.canceled("the app was dropped"));
                case PAUSE, CLEAR -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, "");
                case ALL_STAGED, STEPPED_BACK, PUBLISH, ALL_PUBLISHED, SOURCE_FAILED, ALL_PAUSED, ALL_CLEAN ->
                    Ruling.stay();
            };
        }
    }

    /**
     * The result is certain; replicas give up what they hold of the load.
     *
     * @param result SUCCEED, FAILED or CANCELED
     * @param reason why it was not SUCCEED
     * @param epoch of the publish, 0 if there was none
     */
    @JsonTypeName("cleaning_up")
    record CleaningUp(BulkLoadStatus result, LoadError reason, long epoch) implements AppPhase {
        private static final String PUBLISHED =
                "the load is published: reads may have seen it, so it only goes forward";

        static CleaningUp succeeded(long epoch) {
            return new CleaningUp(BulkLoadStatus.BLS_SUCCEED, new LoadError(ErrorCode.ERR_OK, ""), epoch);
        }

        static CleaningUp failed(LoadError error) {
            return new CleaningUp(BulkLoadStatus.BLS_FAILED, error, 0);
        }

        static CleaningUp canceled(String why) {
            return new CleaningUp(BulkLoadStatus.BLS_CANCELED, new LoadError(ErrorCode.ERR_OK, why), 0);
        }

        @Override
        public BulkLoadStatus status() {
            return result;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.CLEAN_UP;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case ALL_CLEAN -> Ruling.go(new Ended(result, reason, epoch));
                case CANCEL -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, isPublished() ? PUBLISHED : "");
                // It is being given up already.
                case FORCE_CANCEL ->
                    isPublished() ? Ruling.refuse(ErrorCode.ERR_INVALID_STATE, PUBLISHED) : Ruling.stay();
                case PAUSE, RESTART, CLEAR -> Ruling.refuse(ErrorCode.ERR_INVALID_STATE, "");
                case ALL_STAGED, STEPPED_BACK, PUBLISH, ALL_PUBLISHED, SOURCE_FAILED, ALL_PAUSED, APP_DROPPED ->
                    Ruling.stay();
            };
        }
    }

    /**
     * Not loading; the result is kept until the next start or a clear.
     *
     * @param result SUCCEED, FAILED or CANCELED
     * @param reason why it was not SUCCEED
     * @param epoch of the publish, 0 if there was none
     */
    @JsonTypeName("ended")
    record Ended(BulkLoadStatus result, LoadError reason, long epoch) implements AppPhase {
        @Override
        public BulkLoadStatus status() {
            return result;
        }

        @Override
        public LoadGoal goal() {
            return LoadGoal.CLEAN_UP;
        }

        @Override
        public boolean isLoading() {
            return false;
        }

        @Override
        public Ruling on(AppEvent event) {
            return switch (event.kind()) {
                case PAUSE, RESTART, CANCEL, FORCE_CANCEL -> Ruling.refuse(ErrorCode.ERR_INACTIVE_STATE, "");
                // Clearing forgets the load as a whole.
                case CLEAR -> Ruling.stay();
                case ALL_STAGED,
                        STEPPED_BACK,
                        PUBLISH,
                        ALL_PUBLISHED,
                        SOURCE_FAILED,
                        ALL_PAUSED,
                        ALL_CLEAN,
                        APP_DROPPED -> Ruling.stay();
            };
        }
    }
}
