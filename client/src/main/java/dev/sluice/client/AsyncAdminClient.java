package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.WireString;
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
import dev.sluice.wire.admin.QueryAppInfoRequest;
import dev.sluice.wire.admin.QueryAppInfoResponse;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryDiskInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.admin.QueryManualCompactRequest;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.QueryReplicaDecreeRequest;
import dev.sluice.wire.admin.QueryReplicaDecreeResponse;
import dev.sluice.wire.admin.QueryReplicaInfoRequest;
import dev.sluice.wire.admin.QueryReplicaInfoResponse;
import dev.sluice.wire.admin.RecallAppRequest;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppRequest;
import dev.sluice.wire.admin.RenameAppResponse;
import dev.sluice.wire.admin.ReplicaInfo;
import dev.sluice.wire.admin.SetAtomicIdempotentRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentResponse;
import dev.sluice.wire.admin.SetMaxReplicaCountRequest;
import dev.sluice.wire.admin.SetMaxReplicaCountResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.StartManualCompactResponse;
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
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Administration without waiting: apps, nodes, loads, remote commands. Every method that asks a server sends its request and
 * returns at once; nothing here blocks, also not between the steps of what takes several. {@link AdminClient} is the same
 * administration for those who want to wait for each answer: it has these methods, and calls them.
 *
 * <p>What is asked of the meta leader is tried again, at the server that leads, until {@link ClientOptions#adminTimeoutMs}
 * are over. What must not be carried out twice ({@link #createApp} with {@code failIfExists}, {@link #dropApp}, {@link
 * #recallApp}, {@link #renameApp}, {@link #startManualCompaction}, {@link #startBulkLoad}, {@link #forecastBulkLoad}, {@link
 * #rollbackBulkLoad}, {@link #controlBulkLoad}) is sent once, to a leader that was found within such a time before, and has the
 * same time again for its answer. What is asked of one named server is sent once and has {@link ClientOptions#timeoutMs}.
 *
 * <p>Futures fail with {@link ClientException}, which has the server's error and its hint. Besides the errors that a method
 * names, these are of all of them:
 *
 * <table>
 * <caption>By error</caption>
 * <tr><th>error</th><th>means</th></tr>
 * <tr><td>{@code ERR_TIMEOUT}, {@code ERR_NETWORK_FAILURE}</td><td>no answer before the deadline, or the client was closed; a
 * change may have been carried out all the same</td></tr>
 * <tr><td>{@code ERR_FORWARD_TO_OTHERS}, {@code ERR_SERVICE_NOT_ACTIVE}, {@code ERR_UNDER_RECOVERY}</td><td>no meta server
 * led, or the one that did was not ready, until the deadline</td></tr>
 * <tr><td>{@code ERR_HANDLER_NOT_FOUND}</td><td>the server does not know the request</td></tr>
 * </table>
 *
 * <p>An argument that can never be right is an {@link IllegalArgumentException} at once. Collections are copied before a
 * method returns.
 *
 * <p>Safe for use by several threads. Futures complete on threads of the client, which must not be blocked: what follows an
 * answer there asks this class, not {@link AdminClient}. Closing the {@link SluiceClient} fails what has no answer yet.
 * Cancelling a future stops nothing at the server.
 */
public final class AsyncAdminClient {
    private static final String APP_TYPE = "pegasus";

    private final AdminCalls calls;
    private final EventLoop loop;
    private final Pauses pauses;

    AsyncAdminClient(AdminCalls calls, EventLoop loop, Pauses pauses) {
        this.calls = calls;
        this.loop = loop;
        this.pauses = pauses;
    }

    /** The meta servers that the client knows: those it was given, and the leaders that they named. */
    public List<HostPort> metaServers() {
        return calls.metas().servers();
    }

    /** What an operator does with partitions by hand. */
    public AsyncOperations operations() {
        return new AsyncOperations(calls);
    }

    // Apps

    /**
     * Makes an app, and returns its id. Its partitions get their replicas a little later: see {@link #awaitHealthy}.
     *
     * <p>Fails with {@code ERR_APP_EXIST} if there is one and {@code failIfExists}; with {@code ERR_INVALID_PARAMETERS} if the
     * name, a count or an env is none that the cluster allows, or the app that exists has another shape; with {@code
     * ERR_STATE_FREEZED} if the cluster is frozen.
     *
     * @param partitionCount as long as the app exists
     * @param replicaCount of each partition
     * @param failIfExists false: an app of that name and shape is fine, and its id is returned
     */
    public CompletableFuture<Integer> createApp(
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
                ? calls.callOnce(what, AdminRpcs.CREATE_APP, request, CreateAppResponse::getErr, AdminCalls::noHint)
                : calls.call(what, AdminRpcs.CREATE_APP, request, CreateAppResponse::getErr, AdminCalls::noHint);
        return reply.thenApply(CreateAppResponse::getAppid);
    }

    /**
     * Completes when every partition has a primary and all its secondaries; the configuration is asked for again and again.
     *
     * <p>Fails with {@code ERR_TIMEOUT}, and how far it is, if that is not so in time; as {@link #queryConfig} does otherwise.
     *
     * @param timeoutMs after which no further question is asked
     */
    public CompletableFuture<Void> awaitHealthy(String app, int timeoutMs) {
        return new HealthWait(this, loop, pauses, app, timeoutMs).start();
    }

    /**
     * Drops an app. It can be recalled until it expires.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app.
     *
     * @param reserveSeconds until it expires; 0: the cluster's default
     */
    public CompletableFuture<Void> dropApp(String name, long reserveSeconds) {
        DropAppOptions dropOptions = new DropAppOptions().setSuccessIfNotExist(false);
        if (reserveSeconds > 0) {
            dropOptions.setReserveSeconds(reserveSeconds);
        }
        return calls.callOnce(
                        "drop app '" + name + "'",
                        AdminRpcs.DROP_APP,
                        new DropAppRequest().setAppName(name).setOptions(dropOptions),
                        DropAppResponse::getErr,
                        AdminCalls::noHint)
                .thenAccept(reply -> {});
    }

    /**
     * Brings a dropped app back, and returns it.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no app of that id or it has expired; with {@code ERR_APP_EXIST} if
     * it was not dropped, or with {@code ERR_INVALID_PARAMETERS} if the name is taken or not allowed.
     *
     * @param newName empty: its old name
     */
    public CompletableFuture<AppInfo> recallApp(int appId, String newName) {
        return calls.callOnce(
                        "recall app " + appId,
                        AdminRpcs.RECALL_APP,
                        new RecallAppRequest().setAppId(appId).setNewAppName(newName),
                        RecallAppResponse::getErr,
                        AdminCalls::noHint)
                .thenApply(RecallAppResponse::getInfo);
    }

    /**
     * Gives an app another name; its rows and id stay.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_INVALID_PARAMETERS} if the new name is
     * taken or not allowed.
     */
    public CompletableFuture<Void> renameApp(String oldName, String newName) {
        return calls.callOnce(
                        "rename app '" + oldName + "' to '" + newName + "'",
                        AdminRpcs.RENAME_APP,
                        new RenameAppRequest().setOldAppName(oldName).setNewAppName(newName),
                        RenameAppResponse::getErr,
                        RenameAppResponse::getHintMessage)
                .thenAccept(reply -> {});
    }

    /** Apps of that status, by id; {@code AS_INVALID}: of every status. */
    public CompletableFuture<List<AppInfo>> listApps(AppStatus status) {
        return listApps(new ListAppsRequest().setStatus(status));
    }

    /**
     * Of these, those whose name matches the pattern.
     *
     * <p>Fails with {@code ERR_NOT_IMPLEMENTED} for a type of match that the cluster does not have.
     */
    public CompletableFuture<List<AppInfo>> listApps(AppStatus status, String pattern, PatternMatchType type) {
        return listApps(new ListAppsRequest()
                .setStatus(status)
                .setAppNamePattern(pattern)
                .setMatchType(type));
    }

    private CompletableFuture<List<AppInfo>> listApps(ListAppsRequest request) {
        return calls.call(
                        "list apps",
                        AdminRpcs.LIST_APPS,
                        request,
                        ListAppsResponse::getErr,
                        ListAppsResponse::getHintMessage)
                .thenApply(ListAppsResponse::getInfos);
    }

    /**
     * The available app of that name.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is none.
     */
    public CompletableFuture<AppInfo> app(String name) {
        return listApps(AppStatus.AS_AVAILABLE)
                .thenApply(apps -> apps.stream()
                        .filter(app -> app.getAppName().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new ClientException(
                                ErrorCode.ERR_APP_NOT_EXIST,
                                "there is no app '" + name + "' (ls shows the apps there are)")));
    }

    /**
     * Where the partitions of an app are, by index.
     *
     * <p>Fails with {@code ERR_OBJECT_NOT_FOUND} if there is no such app.
     */
    public CompletableFuture<QueryConfigResponse> queryConfig(String app) {
        return calls.call(
                "configuration of app '" + app + "'",
                AdminRpcs.QUERY_CONFIG,
                new QueryConfigRequest().setAppName(app),
                QueryConfigResponse::getErr,
                AdminCalls::noHint);
    }

    /**
     * Sets environment variables of an app; its others stay.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_INVALID_PARAMETERS}, and sets none, if
     * one of them is not known, has a value that it cannot have, or cannot be changed. The hint says which.
     *
     * @param envs at least one
     */
    public CompletableFuture<Void> setAppEnvs(String app, Map<String, String> envs) {
        return updateAppEnvs(new UpdateAppEnvRequest()
                        .setAppName(app)
                        .setOp(AppEnvOperation.APP_ENV_OP_SET)
                        .setKeys(List.copyOf(envs.keySet()))
                        .setValues(List.copyOf(envs.values())))
                .thenAccept(hint -> {});
    }

    /**
     * Removes these variables, and returns what the server says of it.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app.
     *
     * @param keys at least one; what the app does not have is passed over
     */
    public CompletableFuture<String> deleteAppEnvs(String app, List<String> keys) {
        return updateAppEnvs(new UpdateAppEnvRequest()
                .setAppName(app)
                .setOp(AppEnvOperation.APP_ENV_OP_DEL)
                .setKeys(List.copyOf(keys)));
    }

    /**
     * Removes variables, and returns what the server says of it.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app.
     *
     * @param prefix of those that begin with it and a dot; empty: all
     */
    public CompletableFuture<String> clearAppEnvs(String app, String prefix) {
        return updateAppEnvs(new UpdateAppEnvRequest()
                .setAppName(app)
                .setOp(AppEnvOperation.APP_ENV_OP_CLEAR)
                .setClearPrefix(prefix));
    }

    private CompletableFuture<String> updateAppEnvs(UpdateAppEnvRequest request) {
        return calls.call(
                        "envs of app '" + request.getAppName() + "'",
                        AdminRpcs.UPDATE_APP_ENV,
                        request,
                        UpdateAppEnvResponse::getErr,
                        UpdateAppEnvResponse::getHintMessage)
                .thenApply(UpdateAppEnvResponse::getHintMessage);
    }

    /**
     * How many replicas each partition of an app should have.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app.
     */
    public CompletableFuture<Integer> maxReplicaCount(String app) {
        return calls.call(
                        "replica count of app '" + app + "'",
                        AdminRpcs.GET_MAX_REPLICA_COUNT,
                        new GetMaxReplicaCountRequest().setAppName(app),
                        GetMaxReplicaCountResponse::getErr,
                        GetMaxReplicaCountResponse::getHintMessage)
                .thenApply(GetMaxReplicaCountResponse::getMaxReplicaCount);
    }

    /**
     * Sets how many replicas each partition of an app should have, and returns how many they should have had. The replicas
     * come and go later.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_INVALID_PARAMETERS} for a count that the
     * cluster does not allow; with {@code ERR_STATE_FREEZED} if the cluster is frozen.
     */
    public CompletableFuture<Integer> setMaxReplicaCount(String app, int count) {
        return calls.call(
                        "set replica count of app '" + app + "' to " + count,
                        AdminRpcs.SET_MAX_REPLICA_COUNT,
                        new SetMaxReplicaCountRequest().setAppName(app).setMaxReplicaCount(count),
                        SetMaxReplicaCountResponse::getErr,
                        SetMaxReplicaCountResponse::getHintMessage)
                .thenApply(SetMaxReplicaCountResponse::getOldMaxReplicaCount);
    }

    /**
     * Whether an app has the flag; atomic writes of Sluice are idempotent with and without it.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app.
     */
    public CompletableFuture<Boolean> atomicIdempotent(String app) {
        return calls.call(
                        "atomic_idempotent of app '" + app + "'",
                        AdminRpcs.GET_ATOMIC_IDEMPOTENT,
                        new GetAtomicIdempotentRequest().setAppName(app),
                        GetAtomicIdempotentResponse::getErr,
                        GetAtomicIdempotentResponse::getHintMessage)
                .thenApply(GetAtomicIdempotentResponse::isAtomicIdempotent);
    }

    /**
     * Sets the flag, and returns what it was before.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_STATE_FREEZED} if the cluster is frozen.
     */
    public CompletableFuture<Boolean> setAtomicIdempotent(String app, boolean wanted) {
        return calls.call(
                        "set atomic_idempotent of app '" + app + "'",
                        AdminRpcs.SET_ATOMIC_IDEMPOTENT,
                        new SetAtomicIdempotentRequest().setAppName(app).setAtomicIdempotent(wanted),
                        SetAtomicIdempotentResponse::getErr,
                        SetAtomicIdempotentResponse::getHintMessage)
                .thenApply(SetAtomicIdempotentResponse::isOldAtomicIdempotent);
    }

    /**
     * Asks every replica of an app to compact once; completes when that is noted, long before they are done: {@link
     * #queryManualCompaction} says how it stands. A start while another compaction runs is the next one, and the one that is
     * asked for from there on.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} or {@code ERR_APP_DROPPED} if there is no such app; with {@code
     * ERR_OPERATION_DISABLED} if its env {@code manual_compact.disabled} is true; with {@code ERR_INVALID_PARAMETERS} for an
     * option that the cluster does not take.
     */
    public CompletableFuture<Void> startManualCompaction(String app, CompactionOptions options) {
        StartManualCompactRequest request = new StartManualCompactRequest()
                .setAppName(app)
                .setTargetLevel(options.targetLevel())
                .setBottommost(options.bottommost())
                .setMaxRunningCount(options.maxRunning());
        if (options.triggerTimeSeconds() > 0) {
            request.setTriggerTime(options.triggerTimeSeconds());
        }
        return calls.callOnce(
                        "start manual compaction of app '" + app + "'",
                        AdminRpcs.START_MANUAL_COMPACT,
                        request,
                        StartManualCompactResponse::getErr,
                        StartManualCompactResponse::getHintMsg)
                .thenAccept(reply -> {});
    }

    /**
     * How many percent, from 0 to 100, of the replicas that an app should have are done with the compaction that was started
     * last; empty if none was started. A replica that is missing, or whose server the leader has not heard of, counts as not
     * done.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} or {@code ERR_APP_DROPPED} if there is no such app.
     */
    public CompletableFuture<OptionalInt> queryManualCompaction(String app) {
        String what = "manual compaction of app '" + app + "'";
        return calls.metas()
                .call(
                        what,
                        AdminRpcs.QUERY_MANUAL_COMPACT_STATUS,
                        new QueryManualCompactRequest().setAppName(app),
                        QueryManualCompactResponse::getErr)
                .thenApply(reply -> {
                    if (Wire.error(reply.getErr()) == ErrorCode.ERR_INVALID_STATE) {
                        return OptionalInt.empty();
                    }
                    AdminCalls.expectOk(what, reply.getErr(), reply.getHintMsg());
                    return OptionalInt.of(reply.getProgress());
                });
    }

    // Nodes and cluster

    /** The replica servers that the leader knows, by address, and whether they are alive. */
    public CompletableFuture<Map<HostPort, NodeStatus>> listNodes() {
        return calls.call(
                        "list nodes",
                        AdminRpcs.LIST_NODES,
                        new ListNodesRequest(),
                        ListNodesResponse::getErr,
                        AdminCalls::noHint)
                .thenApply(reply -> {
                    Map<HostPort, NodeStatus> nodes = new TreeMap<>();
                    reply.getInfos()
                            .forEach(node -> Wire.find(node.getNode(), node.getHpNode())
                                    .ifPresent(address -> nodes.put(address, node.getStatus())));
                    return nodes;
                });
    }

    /** What the leader says of the cluster, in its order. */
    public CompletableFuture<Map<String, String>> clusterInfo() {
        return calls.call(
                        "cluster info",
                        AdminRpcs.CLUSTER_INFO,
                        new ClusterInfoRequest(),
                        ClusterInfoResponse::getErr,
                        AdminCalls::noHint)
                .thenApply(reply -> {
                    Map<String, String> info = new LinkedHashMap<>();
                    for (int i = 0; i < Math.min(reply.getKeysSize(), reply.getValuesSize()); i++) {
                        info.put(reply.getKeys().get(i), reply.getValues().get(i));
                    }
                    return info;
                });
    }

    /** How much the meta leader does by itself. */
    public CompletableFuture<MetaFunctionLevel> functionLevel() {
        return controlMeta(MetaFunctionLevel.FL_INVALID);
    }

    /**
     * Sets how much the meta leader does by itself, and returns what it was before.
     *
     * @param level not {@code FL_INVALID}
     */
    public CompletableFuture<MetaFunctionLevel> setFunctionLevel(MetaFunctionLevel level) {
        if (level == MetaFunctionLevel.FL_INVALID) {
            throw new IllegalArgumentException("expected a function level, found " + level);
        }
        return controlMeta(level);
    }

    private CompletableFuture<MetaFunctionLevel> controlMeta(MetaFunctionLevel level) {
        return calls.call(
                        "function level",
                        AdminRpcs.CONTROL_META,
                        new MetaControlRequest().setLevel(level),
                        MetaControlResponse::getErr,
                        AdminCalls::noHint)
                .thenApply(MetaControlResponse::getOldLevel);
    }

    /** Runs a remote command on a server, and returns its text; that of a command that failed is an answer too. */
    public CompletableFuture<String> remoteCommand(HostPort server, String command, List<String> arguments) {
        return calls.ask(
                        "remote command " + command + " on " + server,
                        server,
                        AdminRpcs.REMOTE_COMMAND,
                        new Command().setCmd(command).setArguments(List.copyOf(arguments)))
                .thenApply(WireString::text);
    }

    /**
     * The data directories of a replica server: sizes in MB, and the replicas on each.
     *
     * <p>Fails with {@code ERR_OBJECT_NOT_FOUND} if the server has no replica of that app.
     *
     * @param app of which replicas are shown; empty for all
     */
    public CompletableFuture<QueryDiskInfoResponse> diskInfo(HostPort server, String app) {
        return calls.ask(
                "disk info of " + server,
                server,
                AdminRpcs.QUERY_DISK_INFO,
                new QueryDiskInfoRequest().setAppName(app),
                QueryDiskInfoResponse::getErr);
    }

    /**
     * The replicas that a replica server has, by partition, also those that are no members: the status of each as the server
     * sees it, its ballot, how far it is in decrees, and the tag of the data directory that it is in. One that is just opened
     * or closed may be missing.
     */
    public CompletableFuture<List<ReplicaInfo>> replicaInfo(HostPort server) {
        return calls.ask(
                        "replica info of " + server,
                        server,
                        AdminRpcs.QUERY_REPLICA_INFO,
                        new QueryReplicaInfoRequest(),
                        QueryReplicaInfoResponse::getErr)
                .thenApply(QueryReplicaInfoResponse::getReplicas);
    }

    /**
     * The apps that a replica server has replicas of, by id, as that server knows them: name, counts and envs may be behind
     * what {@link #listApps} says. A server does not know times and flags, nor that an app was dropped.
     */
    public CompletableFuture<List<AppInfo>> appInfo(HostPort server) {
        return calls.ask(
                        "app info of " + server,
                        server,
                        AdminRpcs.QUERY_APP_INFO,
                        new QueryAppInfoRequest(),
                        QueryAppInfoResponse::getErr)
                .thenApply(QueryAppInfoResponse::getApps);
    }

    /**
     * The last decree that a replica server has committed in its replica of a partition; 0 for a learner, which does not yet
     * have all before it.
     *
     * <p>Fails with {@code ERR_OBJECT_NOT_FOUND} if the server has no replica of it.
     */
    public CompletableFuture<Long> replicaDecree(HostPort server, Gpid gpid) {
        return calls.ask(
                        "decree of " + gpid + " on " + server,
                        server,
                        AdminRpcs.QUERY_REPLICA_DECREE,
                        new QueryReplicaDecreeRequest().setPid(Wire.gpid(gpid)),
                        QueryReplicaDecreeResponse::getErr)
                .thenApply(QueryReplicaDecreeResponse::getLastDecree);
    }

    // Bulk load

    /**
     * Starts a load; completes when it has begun, long before it ends: {@link #queryBulkLoad} says how it stands.
     *
     * <p>Nothing has begun if it fails with a refusal: {@code ERR_APP_NOT_EXIST}; {@code ERR_BUSY} if the app loads already;
     * {@code ERR_INVALID_PARAMETERS} if the provider, the mode or the priority is not known; {@code ERR_INCONSISTENT_STATE} if
     * the app does not allow the mode, or the set was built for another app or partition count; {@code ERR_OBJECT_NOT_FOUND},
     * {@code ERR_CORRUPTION}, {@code ERR_FILE_OPERATION_FAILED} or {@code ERR_FS_INTERNAL} if the set is not there, is damaged
     * or cannot be read. The hint says more.
     */
    public CompletableFuture<Void> startBulkLoad(LoadSource source) {
        return start("start bulk load of app '" + source.app() + "'", request(source))
                .thenAccept(hint -> {});
    }

    /**
     * Checks all of a load that can be checked without fetching it: the app, its mode, the set, its manifests, the sizes of its
     * files, free space. Starts nothing; returns what the load would fetch where.
     *
     * <p>Fails as {@link #startBulkLoad} does, and with what the load would fail with: {@code ERR_DISK_INSUFFICIENT} if the
     * files do not fit on the disks, {@code ERR_TIMEOUT} if a manifest could not be read in time.
     */
    public CompletableFuture<String> forecastBulkLoad(LoadSource source) {
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
     * load without files: this completes when it has begun, and {@link #queryBulkLoad} says how it stands.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_BUSY} if it loads.
     *
     * @param generation id of the load that made it; 0 for the rows that the app began with
     */
    public CompletableFuture<Void> rollbackBulkLoad(String app, long generation) {
        return start(
                        "rollback of app '" + app + "' to generation " + generation,
                        new StartBulkLoadRequest()
                                .setAppName(app)
                                .setMode(LoadMode.ROLLBACK.getValue())
                                .setRollbackTo(generation))
                .thenAccept(hint -> {});
    }

    private CompletableFuture<String> start(String what, StartBulkLoadRequest request) {
        return calls.callOnce(
                        what,
                        AdminRpcs.START_BULK_LOAD,
                        request,
                        StartBulkLoadResponse::getErr,
                        StartBulkLoadResponse::getHintMsg)
                .thenApply(StartBulkLoadResponse::getHintMsg);
    }

    /**
     * Pauses, restarts or cancels the load of an app; completes when that is decided, before every replica has followed.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_INACTIVE_STATE} if it has no load, or one that
     * has ended; with {@code ERR_INVALID_STATE} if the load is in no state for it.
     */
    public CompletableFuture<Void> controlBulkLoad(String app, BulkLoadControlType type) {
        return calls.callOnce(
                        type + " bulk load of app '" + app + "'",
                        AdminRpcs.CONTROL_BULK_LOAD,
                        new ControlBulkLoadRequest().setAppName(app).setType(type),
                        ControlBulkLoadResponse::getErr,
                        ControlBulkLoadResponse::getHintMsg)
                .thenAccept(reply -> {});
    }

    /**
     * The load of an app as it is now, or its last one. A load that failed is an answer, not a failure of the future.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app.
     */
    public CompletableFuture<LoadStatus> queryBulkLoad(String app) {
        String what = "query bulk load of app '" + app + "'";
        return calls.metas()
                .call(
                        what,
                        AdminRpcs.QUERY_BULK_LOAD_STATUS,
                        new QueryBulkLoadRequest().setAppName(app),
                        QueryBulkLoadResponse::getErr)
                .thenApply(reply -> {
                    if (!LoadStatus.isAnswer(reply)) {
                        AdminCalls.expectOk(what, reply.getErr(), reply.getHintMsg());
                    }
                    return LoadStatus.of(reply);
                });
    }

    /**
     * Forgets the result of the last load, and returns what the server says of it.
     *
     * <p>Fails with {@code ERR_APP_NOT_EXIST} if there is no such app; with {@code ERR_INVALID_STATE} if it loads.
     */
    public CompletableFuture<String> clearBulkLoad(String app) {
        return calls.call(
                        "clear bulk load of app '" + app + "'",
                        AdminRpcs.CLEAR_BULK_LOAD,
                        new ClearBulkLoadStateRequest().setAppName(app),
                        ClearBulkLoadStateResponse::getErr,
                        ClearBulkLoadStateResponse::getHintMsg)
                .thenApply(ClearBulkLoadStateResponse::getHintMsg);
    }
}
