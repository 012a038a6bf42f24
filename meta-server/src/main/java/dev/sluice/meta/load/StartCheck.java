package dev.sluice.meta.load;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.load.LoadSource;
import dev.sluice.bulkload.load.Verdict;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.common.ErrorCode;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start request is checked for, in the order and with the words of the client protocol. Behind the words stands the
 * reason, where there is more to say.
 */
final class StartCheck {
    private static final Logger LOG = LoggerFactory.getLogger(StartCheck.class);
    private static final String ALLOW_BEHIND_ENV = "rocksdb.allow_ingest_behind";
    private static final String VALUE_VERSION_ENV = "value_version";

    private StartCheck() {}

    /** Why a start is not carried out. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final ErrorCode code;

        Refusal(ErrorCode code, String hint) {
            super(hint);
            this.code = code;
        }

        ErrorCode code() {
            return code;
        }
    }

    /** What the state alone says: the app is there, does not load, and allows the mode. */
    static App checkState(MetaState state, StartBulkLoadRequest request) throws Refusal {
        App app = state.findApp(request.getAppName()).orElse(null);
        if (app == null) {
            throw new Refusal(ErrorCode.ERR_APP_NOT_EXIST, "app not existed is ");
        }
        AppLoad last = state.loads().find(app.id()).orElse(null);
        Verdict refusal = last == null ? null : last.refuseStart(app.name());
        if (refusal != null) {
            throw new Refusal(refusal.code(), refusal.hint());
        }
        if (mode(request) == LoadMode.BEHIND && !"true".equals(app.envs().get(ALLOW_BEHIND_ENV))) {
            throw new Refusal(ErrorCode.ERR_INCONSISTENT_STATE, "inconsistent ingestion behind option");
        }
        String valueVersion = Integer.toString(BulkLoadInfo.VALUE_VERSION);
        String appVersion = app.envs().getOrDefault(VALUE_VERSION_ENV, valueVersion);
        if (!appVersion.equals(valueVersion)) {
            throw new Refusal(
                    ErrorCode.ERR_INCONSISTENT_STATE,
                    "app " + app.name() + " keeps values of version " + appVersion + ", file sets have version "
                            + valueVersion);
        }
        return app;
    }

    /** What the request wants; Pegasus' tools say it by their own flag. */
    static LoadMode mode(StartBulkLoadRequest request) throws Refusal {
        LoadMode mode = request.isSetMode()
                ? LoadMode.findByValue(request.getMode())
                : request.isIngestBehind() ? LoadMode.BEHIND : LoadMode.MERGE;
        if (mode == null) {
            throw new Refusal(
                    ErrorCode.ERR_INVALID_PARAMETERS,
                    "mode " + request.getMode() + " is not known here, expected 0 (merge), 1 (behind) or 2 (replace)");
        }
        return mode;
    }

    /** What the request wants; Pegasus' tools say nothing of it. */
    static int priority(StartBulkLoadRequest request) throws Refusal {
        int priority = request.getPriority();
        if (priority < LoadPlan.PRIORITY_MIN || priority > LoadPlan.PRIORITY_MAX) {
            throw new Refusal(
                    ErrorCode.ERR_INVALID_PARAMETERS,
                    "priority " + priority + ", expected " + LoadPlan.PRIORITY_MIN + " to " + LoadPlan.PRIORITY_MAX);
        }
        return priority;
    }

    /** What the store says: it is there, and has a file set that fits the app. Blocks. */
    static LoadSource checkSource(BlockStores stores, App app, StartBulkLoadRequest request) throws Refusal {
        BlockStore store;
        try {
            store = stores.require(request.getFileProviderType());
        } catch (SourceException e) {
            LOG.info("start of a load of app '{}': {}", app.name(), e.getMessage());
            throw new Refusal(ErrorCode.ERR_INVALID_PARAMETERS, BlockStores.INVALID_PROVIDER);
        }
        FileSetLocation location;
        try {
            location =
                    FileSetLocation.parse(request.getRemoteRootPath(), request.getClusterName(), request.getAppName());
        } catch (SourceException e) {
            throw refusal(app, ErrorCode.ERR_FILE_OPERATION_FAILED, "file_provider error", e);
        }
        BulkLoadInfo info = readInfo(store, location, app);
        try {
            info.requireFits(location.infoPath(), app.id(), app.partitionCount());
        } catch (SourceException e) {
            throw refusal(app, ErrorCode.ERR_INCONSISTENT_STATE, "app_id or partition_count is inconsistent", e);
        }
        return new LoadSource(request.getFileProviderType(), location.root(), location.cluster(), location.app());
    }

    private static BulkLoadInfo readInfo(BlockStore store, FileSetLocation location, App app) throws Refusal {
        try {
            return new FileSetSource(store, location).readInfo();
        } catch (SourceException e) {
            if (e.code() == ErrorCode.ERR_CORRUPTION) {
                throw refusal(app, ErrorCode.ERR_CORRUPTION, "bulk_load_info damaged", e);
            }
            boolean missing = e.code() == ErrorCode.ERR_OBJECT_NOT_FOUND;
            throw refusal(
                    app,
                    missing ? ErrorCode.ERR_OBJECT_NOT_FOUND : ErrorCode.ERR_FS_INTERNAL,
                    "read bulk_load_info failed",
                    e);
        }
    }

    private static Refusal refusal(App app, ErrorCode code, String words, @Nullable Exception cause) {
        String reason = cause == null ? "" : ": " + cause.getMessage();
        LOG.info("start of a load of app '{}': {}{}", app.name(), words, reason);
        return new Refusal(code, words + reason);
    }
}
