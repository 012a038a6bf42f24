package dev.sluice.meta.load;

import dev.sluice.bulkload.load.AppEvent;
import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.load.LoadQuery;
import dev.sluice.bulkload.load.LoadSource;
import dev.sluice.bulkload.load.Verdict;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.NotLeaderException;
import dev.sluice.meta.load.StartCheck.Refusal;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.LoadRecord.LoadCleared;
import dev.sluice.meta.state.LoadRecord.LoadStarted;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.ClearBulkLoadStateResponse;
import dev.sluice.wire.bulkload.ControlBulkLoadRequest;
import dev.sluice.wire.bulkload.ControlBulkLoadResponse;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the four requests of clients: start, control, query, clear. */
public final class LoadHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(LoadHandlers.class);

    private final MetaLeader leader;
    private final EventLoop loop;
    private final BlockStores stores;
    private final LoadDriver driver;
    private final LoadOptions options;

    public LoadHandlers(MetaLeader leader, EventLoop loop, BlockStores stores, LoadDriver driver, LoadOptions options) {
        this.leader = leader;
        this.loop = loop;
        this.stores = stores;
        this.driver = driver;
        this.options = options;
    }

    private record Answer(ErrorCode code, String hint) {}

    /** Adds the handlers to a server's table. */
    public void register(RpcHandlers handlers) {
        handlers.on(
                AdminRpcs.START_BULK_LOAD,
                Access.CLIENTS,
                (caller, header, request, responder) -> start(
                        request,
                        (code, hint) -> responder.reply(new StartBulkLoadResponse()
                                .setErr(Wire.error(code))
                                .setHintMsg(hint))));
        handlers.on(
                AdminRpcs.CONTROL_BULK_LOAD,
                Access.CLIENTS,
                (caller, header, request, responder) -> control(request, (code, hint) -> {
                    ControlBulkLoadResponse response = new ControlBulkLoadResponse().setErr(Wire.error(code));
                    responder.reply(hint.isEmpty() ? response : response.setHintMsg(hint));
                }));
        handlers.on(
                AdminRpcs.QUERY_BULK_LOAD_STATUS,
                Access.CLIENTS,
                (caller, header, request, responder) -> loop.execute(() -> query(request.getAppName(), responder)));
        handlers.on(
                AdminRpcs.CLEAR_BULK_LOAD,
                Access.CLIENTS,
                (caller, header, request, responder) -> clear(
                        request.getAppName(),
                        (code, hint) -> responder.reply(new ClearBulkLoadStateResponse()
                                .setErr(Wire.error(code))
                                .setHintMsg(hint))));
    }

    private void start(StartBulkLoadRequest request, BiConsumer<ErrorCode, String> answer) {
        if (refusedByFollower(answer)) {
            return;
        }
        App app;
        try {
            app = StartCheck.checkState(leader.state(), request);
        } catch (Refusal e) {
            answer.accept(e.code(), String.valueOf(e.getMessage()));
            return;
        }
        if (request.isSetMode() && request.getMode() == LoadMode.ROLLBACK.getValue()) {
            if (request.isDryRun()) {
                answer.accept(ErrorCode.ERR_INVALID_PARAMETERS, "a rollback has nothing to try: it fetches nothing");
                return;
            }
            LoadSource none = new LoadSource("", "", "", app.name());
            hear(leader.submit((state, wallMs) -> decideStart(state, wallMs, app, request, none)), answer);
            return;
        }
        String store = String.valueOf(request.getFileProviderType());
        var unused = driver.manifests()
                .ask(store, "bulk_load_info", () -> StartCheck.checkSource(stores, app, request))
                .whenComplete((source, failure) -> {
                    if (failure == null && request.isDryRun()) {
                        loop.execute(() -> forecast(app, request, source, answer));
                    } else if (failure == null) {
                        hear(
                                leader.submit((state, wallMs) -> decideStart(state, wallMs, app, request, source)),
                                answer);
                    } else if (failure instanceof Refusal refusal) {
                        answer.accept(refusal.code(), String.valueOf(refusal.getMessage()));
                    } else {
                        LOG.error("start of a load of app '{}' failed", app.name(), failure);
                        answer.accept(ErrorCode.ERR_FS_INTERNAL, "read bulk_load_info failed: " + failure.getMessage());
                    }
                });
    }

    /** Everything that can be checked without fetching, and nothing of it recorded. */
    private void forecast(
            App app, StartBulkLoadRequest request, LoadSource source, BiConsumer<ErrorCode, String> answer) {
        MetaState state = leader.state();
        AppLoad load;
        try {
            load = AppLoad.start(
                    plan(state, loop.wallMs(), app, request, source), LoadStarted.partitions(state, app.id()));
        } catch (Refusal e) {
            answer.accept(e.code(), String.valueOf(e.getMessage()));
            return;
        }
        driver.manifests()
                .read(
                        load,
                        pins -> loop.execute(() -> {
                            Optional<LoadError> shortage = SpaceCheck.findShortage(load, pins, driver.nodes());
                            answer.accept(
                                    shortage.map(LoadError::code).orElse(ErrorCode.ERR_OK),
                                    shortage.map(LoadError::message)
                                            .orElseGet(() -> Forecast.describe(load, pins, driver.nodes())));
                        }),
                        error -> answer.accept(error.code(), error.message()));
    }

    private LoadPlan plan(MetaState state, long wallMs, App app, StartBulkLoadRequest request, LoadSource source)
            throws Refusal {
        return new LoadPlan(
                state.loads().lastLoadId() + 1,
                app.id(),
                source,
                StartCheck.mode(request).getValue(),
                request.getRollbackTo(),
                options.verify(),
                Math.min(options.minReplicaCount(), app.maxReplicaCount()),
                StartCheck.priority(request),
                wallMs);
    }

    private Decision<Answer> decideStart(
            MetaState state, long wallMs, App checked, StartBulkLoadRequest request, LoadSource source) {
        try {
            App app = StartCheck.checkState(state, request);
            if (app.id() != checked.id()) {
                throw new Refusal(ErrorCode.ERR_APP_NOT_EXIST, "app not existed is ");
            }
            return driver.faults()
                    .propose(
                            new Answer(ErrorCode.ERR_OK, ""),
                            List.of(new LoadStarted(plan(state, wallMs, app, request, source))));
        } catch (Refusal e) {
            return Decision.reply(new Answer(e.code(), String.valueOf(e.getMessage())));
        }
    }

    private void control(ControlBulkLoadRequest request, BiConsumer<ErrorCode, String> answer) {
        if (refusedByFollower(answer)) {
            return;
        }
        String name = request.getAppName();
        BulkLoadControlType type = request.getType();
        if (type == null) {
            answer.accept(ErrorCode.ERR_INVALID_PARAMETERS, "unknown control type");
            return;
        }
        AppEvent.Kind kind = kind(type);
        hear(
                leader.submit((state, wallMs) -> {
                    App app = state.findApp(name).orElse(null);
                    if (app == null) {
                        return Decision.reply(unknown(name));
                    }
                    AppLoad load = state.loads().find(app.id()).orElse(null);
                    if (load == null) {
                        return Decision.reply(new Answer(
                                ErrorCode.ERR_INACTIVE_STATE, "app(" + name + ") is not executing bulk load"));
                    }
                    Verdict verdict = load.decide(kind, name);
                    return driver.faults()
                            .propose(
                                    new Answer(verdict.code(), verdict.hint()),
                                    LoadDriver.records(load, verdict.changes()));
                }),
                answer);
    }

    private static AppEvent.Kind kind(BulkLoadControlType type) {
        return switch (type) {
            case BLC_PAUSE -> AppEvent.Kind.PAUSE;
            case BLC_RESTART -> AppEvent.Kind.RESTART;
            case BLC_CANCEL -> AppEvent.Kind.CANCEL;
            case BLC_FORCE_CANCEL -> AppEvent.Kind.FORCE_CANCEL;
        };
    }

    private void query(String name, Responder<QueryBulkLoadResponse> responder) {
        QueryBulkLoadResponse refusal = new QueryBulkLoadResponse().setAppName(name);
        if (refusedByFollower((code, hint) -> responder.reply(refusal.setErr(Wire.error(code))))) {
            return;
        }
        MetaState state = leader.state();
        App app = state.findApp(name).orElse(null);
        if (app == null) {
            Answer answer = unknown(name);
            responder.reply(refusal.setErr(Wire.error(answer.code())).setHintMsg(answer.hint()));
            return;
        }
        LoadQuery query = new LoadQuery(name, app.maxReplicaCount(), driver.live(), driver.turns()::mayPublish);
        responder.reply(state.loads()
                .find(app.id())
                .map(load -> query.of(load, driver.reportsOf(load)))
                .orElseGet(() -> query.withoutLoad(app.partitionCount())));
    }

    private void clear(String name, BiConsumer<ErrorCode, String> answer) {
        if (refusedByFollower(answer)) {
            return;
        }
        hear(
                leader.submit((state, wallMs) -> {
                    App app = state.findApp(name).orElse(null);
                    if (app == null) {
                        return Decision.reply(unknown(name));
                    }
                    Answer done = new Answer(
                            ErrorCode.ERR_OK,
                            "clear app(" + name + ") bulk load result succeed, remove bulk load dir succeed");
                    AppLoad load = state.loads().find(app.id()).orElse(null);
                    if (load == null) {
                        return Decision.reply(done);
                    }
                    return load.phase().isLoading()
                            ? Decision.reply(
                                    new Answer(ErrorCode.ERR_INVALID_STATE, "app(" + name + ") is executing bulk load"))
                            : driver.faults().propose(done, List.of(new LoadCleared(app.id())));
                }),
                answer);
    }

    private static Answer unknown(String name) {
        return new Answer(ErrorCode.ERR_APP_NOT_EXIST, "app(" + name + ") is not existed or not available");
    }

    private boolean refusedByFollower(BiConsumer<ErrorCode, String> answer) {
        if (leader.findTerm().isEmpty()) {
            answer.accept(ErrorCode.ERR_FORWARD_TO_OTHERS, "");
            return true;
        }
        return false;
    }

    private static void hear(CompletableFuture<Answer> future, BiConsumer<ErrorCode, String> answer) {
        var unused = future.whenComplete((reply, failure) -> {
            if (failure == null) {
                answer.accept(reply.code(), reply.hint());
            } else if (failure instanceof NotLeaderException) {
                answer.accept(ErrorCode.ERR_FORWARD_TO_OTHERS, "");
            } else {
                LOG.error("a request of a client could not be decided", failure);
                answer.accept(ErrorCode.ERR_UNKNOWN, String.valueOf(failure.getMessage()));
            }
        });
    }
}
