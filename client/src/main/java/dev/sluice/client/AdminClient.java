package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.AppEnvOperation;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.Command;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.admin.CreateAppResponse;
import dev.sluice.wire.admin.DropAppOptions;
import dev.sluice.wire.admin.DropAppRequest;
import dev.sluice.wire.admin.DropAppResponse;
import dev.sluice.wire.admin.GetAtomicIdempotentRequest;
import dev.sluice.wire.admin.GetAtomicIdempotentResponse;
import dev.sluice.wire.admin.GetMaxReplicaCountRequest;
import dev.sluice.wire.admin.GetMaxReplicaCountResponse;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.ListAppsResponse;
import dev.sluice.wire.admin.ListNodesRequest;
import dev.sluice.wire.admin.ListNodesResponse;
import dev.sluice.wire.admin.MetaControlRequest;
import dev.sluice.wire.admin.MetaControlResponse;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PatternMatchType;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryDiskInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.admin.RecallAppRequest;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppRequest;
import dev.sluice.wire.admin.RenameAppResponse;
import dev.sluice.wire.admin.SetAtomicIdempotentRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentResponse;
import dev.sluice.wire.admin.SetMaxReplicaCountRequest;
import dev.sluice.wire.admin.SetMaxReplicaCountResponse;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.admin.UpdateAppEnvResponse;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.ClearBulkLoadStateRequest;
import dev.sluice.wire.bulkload.ClearBulkLoadStateResponse;
import dev.sluice.wire.bulkload.ControlBulkLoadRequest;
import dev.sluice.wire.bulkload.ControlBulkLoadResponse;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.bulkload.QueryBulkLoadRequest;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/**
 * Administration: apps, nodes, loads, remote commands. Calls block until the meta leader has answered, and throw {@link
 * ClientException} with its error and hint if it refused. Safe for use by several threads.
 */
public final class AdminClient {
    private static final String APP_TYPE = "pegasus";

    private final MetaGroup metas;
    private final RpcClient rpc;
    private final EventLoop loop;
    private final Pauses pauses;
    private final ClientOptions options;

    AdminClient(MetaGroup metas, RpcClient rpc, EventLoop loop, Pauses pauses, ClientOptions options) {
        this.metas = metas;
        this.rpc = rpc;
        this.loop = loop;
        this.pauses = pauses;
        this.options = options;
    }

    /** The meta servers that the client knows. */
    public List<HostPort> metaServers() {
        return metas.servers();
    }

    /** What an operator does with partitions by hand. */
    public Operations operations() {
        return new Operations(metas);
    }

    // Apps

    /**
     * Makes an app, and returns its id. Its partitions get their replicas a little later: see {@link #awaitHealthy}.
     *
     * @param failIfExists false: an app of that name and shape is fine
     */
    public int createApp(
            String name, int partitionCount, int replicaCount, Map<String, String> envs, boolean failIfExists) {
        CreateAppRequest request = new CreateAppRequest()
                .setAppName(name)
                .setOptions(new CreateAppOptions()
                        .setPartitionCount(partitionCount)
                        .setReplicaCount(replicaCount)
                        .setSuccessIfExist(!failIfExists)
                        .setAppType(APP_TYPE)
                        .setIsStateful(true)
                        .setEnvs(new TreeMap<>(envs)));
        String what = "create app '" + name + "'";
        CompletableFuture<CreateAppResponse> reply = failIfExists
                ? metas.callOnce(what, AdminRpcs.CREATE_APP, request, CreateAppResponse::getErr)
                : metas.call(what, AdminRpcs.CREATE_APP, request, CreateAppResponse::getErr);
        CreateAppResponse created = ClientException.await(reply);
        expectOk(what, created.getErr(), null);
        return created.getAppid();
    }

    /** Waits until every partition has a primary and all its secondaries. */
    public void awaitHealthy(String app, int timeoutMs) {
        ClientException.await(new HealthWait(this, loop, pauses, app, timeoutMs).start());
    }

    /**
     * Drops an app. It can be recalled until it expires.
     *
     * @param reserveSeconds until it expires; 0: the cluster's default
     */
    public void dropApp(String name, long reserveSeconds) {
        DropAppOptions dropOptions = new DropAppOptions().setSuccessIfNotExist(false);
        if (reserveSeconds > 0) {
            dropOptions.setReserveSeconds(reserveSeconds);
        }
        String what = "drop app '" + name + "'";
        DropAppResponse reply = ClientException.await(metas.callOnce(
                what,
                AdminRpcs.DROP_APP,
                new DropAppRequest().setAppName(name).setOptions(dropOptions),
                DropAppResponse::getErr));
        expectOk(what, reply.getErr(), null);
    }

    /**
     * Brings a dropped app back.
     *
     * @param newName empty: its old name
     */
    public AppInfo recallApp(int appId, String newName) {
        String what = "recall app " + appId;
        RecallAppResponse reply = ClientException.await(metas.callOnce(
                what,
                AdminRpcs.RECALL_APP,
                new RecallAppRequest().setAppId(appId).setNewAppName(newName),
                RecallAppResponse::getErr));
        expectOk(what, reply.getErr(), null);
        return reply.getInfo();
    }

    public void renameApp(String oldName, String newName) {
        String what = "rename app '" + oldName + "' to '" + newName + "'";
        RenameAppResponse reply = ClientException.await(metas.callOnce(
                what,
                AdminRpcs.RENAME_APP,
                new RenameAppRequest().setOldAppName(oldName).setNewAppName(newName),
                RenameAppResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
    }

    /** Apps of that status, by id; {@code AS_INVALID}: of every status. */
    public List<AppInfo> listApps(AppStatus status) {
        return listApps(new ListAppsRequest().setStatus(status));
    }

    /** Of these, those whose name matches the pattern. */
    public List<AppInfo> listApps(AppStatus status, String pattern, PatternMatchType type) {
        return listApps(new ListAppsRequest()
                .setStatus(status)
                .setAppNamePattern(pattern)
                .setMatchType(type));
    }

    private List<AppInfo> listApps(ListAppsRequest request) {
        String what = "list apps";
        ListAppsResponse reply =
                ClientException.await(metas.call(what, AdminRpcs.LIST_APPS, request, ListAppsResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.getInfos();
    }

    /** The available app of that name. */
    public AppInfo app(String name) {
        return listApps(AppStatus.AS_AVAILABLE).stream()
                .filter(app -> app.getAppName().equals(name))
                .findFirst()
                .orElseThrow(() -> new ClientException(
                        ErrorCode.ERR_APP_NOT_EXIST, "there is no app '" + name + "' (ls shows the apps there are)"));
    }

    /** Where the partitions of an app are. */
    public QueryConfigResponse queryConfig(String app) {
        return ClientException.await(queryConfigAsync(app));
    }

    CompletableFuture<QueryConfigResponse> queryConfigAsync(String app) {
        String what = "configuration of app '" + app + "'";
        return metas.call(
                        what,
                        AdminRpcs.QUERY_CONFIG,
                        new QueryConfigRequest().setAppName(app),
                        QueryConfigResponse::getErr)
                .thenApply(reply -> {
                    expectOk(what, reply.getErr(), null);
                    return reply;
                });
    }

    /** Sets environment variables of an app. */
    public void setAppEnvs(String app, Map<String, String> envs) {
        updateAppEnvs(new UpdateAppEnvRequest()
                .setAppName(app)
                .setOp(AppEnvOperation.APP_ENV_OP_SET)
                .setKeys(List.copyOf(envs.keySet()))
                .setValues(List.copyOf(envs.values())));
    }

    /** Removes these variables, and returns what the server says of it. */
    public String deleteAppEnvs(String app, List<String> keys) {
        return updateAppEnvs(new UpdateAppEnvRequest()
                .setAppName(app)
                .setOp(AppEnvOperation.APP_ENV_OP_DEL)
                .setKeys(keys));
    }

    /**
     * Removes variables, and returns what the server says of it.
     *
     * @param prefix of those that begin with it and a dot; empty: all
     */
    public String clearAppEnvs(String app, String prefix) {
        return updateAppEnvs(new UpdateAppEnvRequest()
                .setAppName(app)
                .setOp(AppEnvOperation.APP_ENV_OP_CLEAR)
                .setClearPrefix(prefix));
    }

    /** How many replicas each partition of an app should have. */
    public int maxReplicaCount(String app) {
        String what = "replica count of app '" + app + "'";
        GetMaxReplicaCountResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.GET_MAX_REPLICA_COUNT,
                new GetMaxReplicaCountRequest().setAppName(app),
                GetMaxReplicaCountResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.getMaxReplicaCount();
    }

    /** Sets how many replicas each partition of an app should have, and returns how many they should have had. */
    public int setMaxReplicaCount(String app, int count) {
        String what = "set replica count of app '" + app + "' to " + count;
        SetMaxReplicaCountResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.SET_MAX_REPLICA_COUNT,
                new SetMaxReplicaCountRequest().setAppName(app).setMaxReplicaCount(count),
                SetMaxReplicaCountResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.getOldMaxReplicaCount();
    }

    /** Whether an app has the flag; atomic writes of Sluice are idempotent with and without it. */
    public boolean atomicIdempotent(String app) {
        String what = "atomic_idempotent of app '" + app + "'";
        GetAtomicIdempotentResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.GET_ATOMIC_IDEMPOTENT,
                new GetAtomicIdempotentRequest().setAppName(app),
                GetAtomicIdempotentResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.isAtomicIdempotent();
    }

    /** Sets the flag, and returns what it was before. */
    public boolean setAtomicIdempotent(String app, boolean wanted) {
        String what = "set atomic_idempotent of app '" + app + "'";
        SetAtomicIdempotentResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.SET_ATOMIC_IDEMPOTENT,
                new SetAtomicIdempotentRequest().setAppName(app).setAtomicIdempotent(wanted),
                SetAtomicIdempotentResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.isOldAtomicIdempotent();
    }

    // Nodes and cluster

    /** The replica servers that the leader knows, and whether they are alive. */
    public Map<HostPort, NodeStatus> listNodes() {
        String what = "list nodes";
        ListNodesResponse reply = ClientException.await(
                metas.call(what, AdminRpcs.LIST_NODES, new ListNodesRequest(), ListNodesResponse::getErr));
        expectOk(what, reply.getErr(), null);
        Map<HostPort, NodeStatus> nodes = new TreeMap<>();
        reply.getInfos()
                .forEach(node -> Wire.find(node.getNode(), node.getHpNode())
                        .ifPresent(address -> nodes.put(address, node.getStatus())));
        return nodes;
    }

    /** What the leader says of the cluster, in its order. */
    public Map<String, String> clusterInfo() {
        String what = "cluster info";
        ClusterInfoResponse reply = ClientException.await(
                metas.call(what, AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest(), ClusterInfoResponse::getErr));
        expectOk(what, reply.getErr(), null);
        Map<String, String> info = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(reply.getKeysSize(), reply.getValuesSize()); i++) {
            info.put(reply.getKeys().get(i), reply.getValues().get(i));
        }
        return info;
    }

    /** How much the meta leader does by itself. */
    public MetaFunctionLevel functionLevel() {
        return controlMeta(MetaFunctionLevel.FL_INVALID);
    }

    /** Sets how much the meta leader does by itself, and returns what it was before. */
    public MetaFunctionLevel setFunctionLevel(MetaFunctionLevel level) {
        if (level == MetaFunctionLevel.FL_INVALID) {
            throw new IllegalArgumentException("expected a function level, found " + level);
        }
        return controlMeta(level);
    }

    private MetaFunctionLevel controlMeta(MetaFunctionLevel level) {
        String what = "function level";
        MetaControlResponse reply = ClientException.await(metas.call(
                what, AdminRpcs.CONTROL_META, new MetaControlRequest().setLevel(level), MetaControlResponse::getErr));
        expectOk(what, reply.getErr(), null);
        return reply.getOldLevel();
    }

    /** Runs a remote command on a server, and returns its text. */
    public String remoteCommand(HostPort server, String command, List<String> arguments) {
        return ask(
                        "remote command " + command + " on " + server,
                        server,
                        AdminRpcs.REMOTE_COMMAND,
                        new Command().setCmd(command).setArguments(arguments))
                .text();
    }

    /**
     * The data directories of a replica server: sizes in MB, and the replicas on each.
     *
     * @param app of which replicas are shown; empty for all
     * @throws ClientException {@code ERR_OBJECT_NOT_FOUND} if the server has no replica of that app
     */
    public QueryDiskInfoResponse diskInfo(HostPort server, String app) {
        String what = "disk info of " + server;
        QueryDiskInfoResponse reply =
                ask(what, server, AdminRpcs.QUERY_DISK_INFO, new QueryDiskInfoRequest().setAppName(app));
        expectOk(what, reply.getErr(), null);
        return reply;
    }

    /** Asks one server; no other could answer in its place. */
    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> R ask(
            String what, HostPort server, Rpc<Q, R> code, Q request) {
        CompletableFuture<R> reply = rpc.call(server, code, RequestHeader.toServer(options.timeoutMs()), request);
        try {
            return reply.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RpcException known
                    ? new ClientException(known.error(), what + ": " + known.getMessage())
                    : new ClientException(ErrorCode.ERR_UNKNOWN, what + ": " + e.getCause());
        }
    }

    // Bulk load

    /** Starts a load. */
    public void startBulkLoad(LoadSource source) {
        String what = "start bulk load of app '" + source.app() + "'";
        start(what, request(source));
    }

    /**
     * Checks all of a load that can be checked without fetching it: the app, its mode, the set, its manifests, the sizes of its
     * files, free space. Starts nothing; returns what the load would fetch where.
     */
    public String forecastBulkLoad(LoadSource source) {
        return start(
                "dry run of a bulk load of app '" + source.app() + "'",
                request(source).setDryRun(true));
    }

    private static StartBulkLoadRequest request(LoadSource source) {
        StartBulkLoadRequest request = new StartBulkLoadRequest()
                .setAppName(source.app())
                .setClusterName(source.clusterName())
                .setFileProviderType(source.provider())
                .setRemoteRootPath(source.rootPath())
                .setIngestBehind(source.mode() == LoadMode.BEHIND);
        if (source.priority() != 0) {
            request.setPriority(source.priority());
        }
        // The other two are Pegasus' own, and said in its words.
        return source.mode() == LoadMode.REPLACE ? request.setMode(LoadMode.REPLACE.getValue()) : request;
    }

    /**
     * Makes a generation of rows that a load of mode replace has replaced current again, in all partitions or in none. It is a
     * load without files: {@link #queryBulkLoad} says how it stands.
     *
     * @param generation id of the load that made it; 0 for the rows that the app began with
     */
    public void rollbackBulkLoad(String app, long generation) {
        start(
                "rollback of app '" + app + "' to generation " + generation,
                new StartBulkLoadRequest()
                        .setAppName(app)
                        .setMode(LoadMode.ROLLBACK.getValue())
                        .setRollbackTo(generation));
    }

    private String start(String what, StartBulkLoadRequest request) {
        StartBulkLoadResponse reply = ClientException.await(
                metas.callOnce(what, AdminRpcs.START_BULK_LOAD, request, StartBulkLoadResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMsg());
        return reply.getHintMsg();
    }

    /** Pauses, restarts or cancels the load of an app. */
    public void controlBulkLoad(String app, BulkLoadControlType type) {
        String what = type + " bulk load of app '" + app + "'";
        ControlBulkLoadResponse reply = ClientException.await(metas.callOnce(
                what,
                AdminRpcs.CONTROL_BULK_LOAD,
                new ControlBulkLoadRequest().setAppName(app).setType(type),
                ControlBulkLoadResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMsg());
    }

    /** The load of an app as it is now, or its last one. A load that failed is an answer, not an exception. */
    public LoadStatus queryBulkLoad(String app) {
        String what = "query bulk load of app '" + app + "'";
        QueryBulkLoadResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.QUERY_BULK_LOAD_STATUS,
                new QueryBulkLoadRequest().setAppName(app),
                QueryBulkLoadResponse::getErr));
        if (!LoadStatus.isAnswer(reply)) {
            expectOk(what, reply.getErr(), reply.getHintMsg());
        }
        return LoadStatus.of(reply);
    }

    /** Forgets the result of the last load, and returns what the server says of it. */
    public String clearBulkLoad(String app) {
        String what = "clear bulk load of app '" + app + "'";
        ClearBulkLoadStateResponse reply = ClientException.await(metas.call(
                what,
                AdminRpcs.CLEAR_BULK_LOAD,
                new ClearBulkLoadStateRequest().setAppName(app),
                ClearBulkLoadStateResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMsg());
        return reply.getHintMsg();
    }

    private String updateAppEnvs(UpdateAppEnvRequest request) {
        String what = "envs of app '" + request.getAppName() + "'";
        UpdateAppEnvResponse reply = ClientException.await(
                metas.call(what, AdminRpcs.UPDATE_APP_ENV, request, UpdateAppEnvResponse::getErr));
        expectOk(what, reply.getErr(), reply.getHintMessage());
        return reply.getHintMessage();
    }

    private static void expectOk(String what, WireErrorCode error, @Nullable String hint) {
        ErrorCode code = Wire.error(error);
        if (!code.isOk()) {
            throw new ClientException(code, what, hint == null ? "" : hint);
        }
    }
}
