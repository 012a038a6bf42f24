package dev.sluice.shell;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.CommandHandler;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.AppEnvOperation;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.CreateAppResponse;
import dev.sluice.wire.admin.DropAppResponse;
import dev.sluice.wire.admin.ListAppsResponse;
import dev.sluice.wire.admin.ListNodesResponse;
import dev.sluice.wire.admin.NodeInfo;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppResponse;
import dev.sluice.wire.admin.StartManualCompactResponse;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.admin.UpdateAppEnvResponse;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.ClearBulkLoadStateResponse;
import dev.sluice.wire.bulkload.ControlBulkLoadRequest;
import dev.sluice.wire.bulkload.ControlBulkLoadResponse;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadResponse;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.data.TtlResponse;
import dev.sluice.wire.data.UpdateResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;

/** One process on the network that plays a whole cluster: the meta leader, and the only replica server. */
final class FakeServer implements AutoCloseable {
    static final Option<Integer> SLOTS = Options.integer("replication", "slots")
            .defaultValue(5)
            .range(0, 100)
            .doc("Slots.")
            .mutable();
    private static final int PARTITIONS = 2;
    private static final WireErrorCode OK = Wire.error(ErrorCode.ERR_OK);

    final Config config = Config.of(ConfigSchema.of(SLOTS));
    final Map<String, AppInfo> apps = new TreeMap<>();
    final NavigableMap<byte[], byte[]> rows = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    /** What queries of a load are answered, one after the other; the last stays. */
    final Queue<QueryBulkLoadResponse> loadAnswers = new ConcurrentLinkedQueue<>();
    /** What queries of a compaction are answered, one after the other; the last stays. */
    final Queue<Integer> compactionPercents = new ConcurrentLinkedQueue<>();

    private final RpcIo io = RpcIo.start("fake-server", 1);
    private final NettyRpcServer server;
    private ErrorCode loadRefusal = ErrorCode.ERR_OK;
    private String loadHint = "";

    FakeServer() {
        RpcHandlers handlers = new RpcHandlers();
        adminHandlers(handlers);
        loadHandlers(handlers);
        compactionHandlers(handlers);
        dataHandlers(handlers);
        RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0)).registerNumber("slots", config, SLOTS);
        CommandHandler.register(handlers, commands, Runnable::run);
        server = NettyRpcServer.start(io, "127.0.0.1", 0, handlers, null, RpcLimits.DEFAULT);
        addApp("orders", 2);
    }

    HostPort address() {
        return server.address();
    }

    void addApp(String name, int id) {
        apps.put(
                name,
                new AppInfo()
                        .setStatus(AppStatus.AS_AVAILABLE)
                        .setAppType("pegasus")
                        .setAppName(name)
                        .setAppId(id)
                        .setPartitionCount(PARTITIONS)
                        .setMaxReplicaCount(1)
                        .setIsStateful(true)
                        .setEnvs(new TreeMap<>()));
    }

    /** The next start, control and clear of a load are refused. */
    void refuseLoads(ErrorCode error, String hint) {
        loadRefusal = error;
        loadHint = hint;
    }

    QueryBulkLoadResponse load(BulkLoadStatus status, boolean loading, int percent) {
        PartitionBulkLoadState state = new PartitionBulkLoadState().setDownloadProgress(percent);
        List<BulkLoadStatus> statuses = new ArrayList<>();
        List<Map<WireAddress, PartitionBulkLoadState>> states = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            statuses.add(status);
            states.add(Map.of(Wire.address(address()), state));
        }
        return new QueryBulkLoadResponse()
                .setErr(OK)
                .setAppName("orders")
                .setAppStatus(status)
                .setPartitionsStatus(statuses)
                .setBulkLoadStates(states)
                .setMaxReplicaCount(1)
                .setIsBulkLoading(loading);
    }

    private void adminHandlers(RpcHandlers handlers) {
        handlers.on(
                AdminRpcs.QUERY_DISK_INFO,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(
                        new QueryDiskInfoResponse().setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND))));
        handlers.on(
                AdminRpcs.CLUSTER_INFO,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(new ClusterInfoResponse()
                        .setErr(OK)
                        .setKeys(List.of("meta_servers", "primary_meta_server", "cluster_name"))
                        .setValues(List.of(address().toString(), address().toString(), "test"))));
        handlers.on(
                AdminRpcs.LIST_NODES,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(new ListNodesResponse()
                        .setErr(OK)
                        .setInfos(List.of(
                                new NodeInfo().setStatus(NodeStatus.NS_ALIVE).setNode(Wire.address(address())),
                                new NodeInfo()
                                        .setStatus(NodeStatus.NS_UNALIVE)
                                        .setNode(Wire.address(new HostPort("127.0.0.9", 9)))))));
        handlers.on(
                AdminRpcs.LIST_APPS,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(new ListAppsResponse()
                        .setErr(OK)
                        .setInfos(apps.values().stream()
                                .filter(app -> request.getStatus() == AppStatus.AS_INVALID
                                        || request.getStatus() == app.getStatus())
                                .toList())));
        handlers.on(AdminRpcs.CREATE_APP, Access.CLIENTS, (caller, header, request, responder) -> {
            requests.add(request.toString());
            addApp(request.getAppName(), 7);
            responder.reply(new CreateAppResponse().setErr(OK).setAppid(7));
        });
        handlers.on(
                AdminRpcs.DROP_APP,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(new DropAppResponse()
                        .setErr(
                                apps.remove(request.getAppName()) == null
                                        ? Wire.error(ErrorCode.ERR_APP_NOT_EXIST)
                                        : OK)));
        handlers.on(AdminRpcs.RECALL_APP, Access.CLIENTS, (caller, header, request, responder) -> {
            requests.add("recall " + request.getAppId() + " " + request.getNewAppName());
            responder.reply(new RecallAppResponse().setErr(OK).setInfo(new AppInfo().setAppName("back")));
        });
        handlers.on(AdminRpcs.RENAME_APP, Access.CLIENTS, (caller, header, request, responder) -> {
            requests.add("rename " + request.getOldAppName() + " " + request.getNewAppName());
            responder.reply(new RenameAppResponse().setErr(OK));
        });
        handlers.on(
                AdminRpcs.UPDATE_APP_ENV,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(updateEnvs(request)));
        handlers.on(
                AdminRpcs.QUERY_CONFIG,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(configuration(request.getAppName())));
    }

    private UpdateAppEnvResponse updateEnvs(UpdateAppEnvRequest request) {
        AppInfo app = apps.get(request.getAppName());
        if (app == null) {
            return new UpdateAppEnvResponse()
                    .setErr(Wire.error(ErrorCode.ERR_APP_NOT_EXIST))
                    .setHintMessage("app cannot be found");
        }
        if (request.getOp() == AppEnvOperation.APP_ENV_OP_SET) {
            for (int i = 0; i < request.getKeysSize(); i++) {
                app.getEnvs().put(request.getKeys().get(i), request.getValues().get(i));
            }
        } else {
            app.getEnvs().clear();
        }
        return new UpdateAppEnvResponse().setErr(OK).setHintMessage("deleted keys:");
    }

    private QueryConfigResponse configuration(String name) {
        AppInfo app = apps.get(name);
        if (app == null) {
            return new QueryConfigResponse().setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND));
        }
        QueryConfigResponse reply = new QueryConfigResponse()
                .setErr(OK)
                .setAppId(app.getAppId())
                .setPartitionCount(PARTITIONS)
                .setIsStateful(true);
        for (int i = 0; i < PARTITIONS; i++) {
            reply.addToPartitions(new PartitionConfiguration()
                    .setPid(Wire.gpid(new Gpid(app.getAppId(), i)))
                    .setBallot(3)
                    .setMaxReplicaCount(1)
                    .setPrimary(Wire.address(address())));
        }
        return reply;
    }

    private void loadHandlers(RpcHandlers handlers) {
        handlers.on(AdminRpcs.START_BULK_LOAD, Access.CLIENTS, (caller, header, request, responder) -> {
            requests.add(describe(request));
            responder.reply(
                    new StartBulkLoadResponse().setErr(Wire.error(loadRefusal)).setHintMsg(loadHint));
        });
        handlers.on(AdminRpcs.CONTROL_BULK_LOAD, Access.CLIENTS, (caller, header, request, responder) -> {
            requests.add(describe(request));
            responder.reply(new ControlBulkLoadResponse()
                    .setErr(Wire.error(loadRefusal))
                    .setHintMsg(loadHint));
        });
        handlers.on(
                AdminRpcs.CLEAR_BULK_LOAD,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(new ClearBulkLoadStateResponse()
                        .setErr(Wire.error(loadRefusal))
                        .setHintMsg("clear app(" + request.getAppName() + ") bulk load result succeed")));
        handlers.on(AdminRpcs.QUERY_BULK_LOAD_STATUS, Access.CLIENTS, (caller, header, request, responder) -> {
            QueryBulkLoadResponse answer = loadAnswers.size() > 1 ? loadAnswers.poll() : loadAnswers.peek();
            responder.reply(
                    answer != null
                            ? answer
                            : new QueryBulkLoadResponse()
                                    .setErr(Wire.error(ErrorCode.ERR_APP_NOT_EXIST))
                                    .setHintMsg("app(" + request.getAppName() + ") is not existed or not available"));
        });
    }

    private static String describe(StartBulkLoadRequest request) {
        return "start " + request.getAppName() + " " + request.getClusterName() + " " + request.getFileProviderType()
                + " " + request.getRemoteRootPath() + " " + request.isIngestBehind();
    }

    private static String describe(ControlBulkLoadRequest request) {
        return request.getType() + " " + request.getAppName();
    }

    private void compactionHandlers(RpcHandlers handlers) {
        handlers.on(AdminRpcs.START_MANUAL_COMPACT, Access.CLIENTS, (caller, header, request, responder) -> {
            requests.add(request.toString());
            AppInfo app = apps.get(request.getAppName());
            boolean isDisabled = app != null && app.getEnvs().containsKey("manual_compact.disabled");
            responder.reply(
                    isDisabled
                            ? new StartManualCompactResponse()
                                    .setErr(Wire.error(ErrorCode.ERR_OPERATION_DISABLED))
                                    .setHintMsg("delete the env manual_compact.disabled")
                            : new StartManualCompactResponse().setErr(OK).setHintMsg("succeed"));
        });
        handlers.on(AdminRpcs.QUERY_MANUAL_COMPACT_STATUS, Access.CLIENTS, (caller, header, request, responder) -> {
            Integer percent = compactionPercents.size() > 1 ? compactionPercents.poll() : compactionPercents.peek();
            responder.reply(
                    percent == null
                            ? new QueryManualCompactResponse().setErr(Wire.error(ErrorCode.ERR_INVALID_STATE))
                            : new QueryManualCompactResponse().setErr(OK).setProgress(percent));
        });
    }

    private void dataHandlers(RpcHandlers handlers) {
        handlers.on(DataRpcs.PUT, Access.CLIENTS, (caller, header, request, responder) -> {
            rows.put(request.getKey().bytes(), request.getValue().bytes());
            responder.reply(new UpdateResponse());
        });
        handlers.on(DataRpcs.MULTI_PUT, Access.CLIENTS, (caller, header, request, responder) -> {
            request.getKvs()
                    .forEach(kv -> rows.put(
                            StoredKey.of(
                                    request.getHashKey().bytes(), kv.getKey().bytes()),
                            kv.getValue().bytes()));
            responder.reply(new UpdateResponse());
        });
        handlers.on(DataRpcs.REMOVE, Access.CLIENTS, (caller, header, request, responder) -> {
            rows.remove(request.bytes());
            responder.reply(new UpdateResponse());
        });
        handlers.on(DataRpcs.GET, Access.CLIENTS, (caller, header, request, responder) -> {
            byte[] value = rows.get(request.bytes());
            responder.reply(
                    value == null ? new ReadResponse().setError(1) : new ReadResponse().setValue(Blob.of(value)));
        });
        handlers.on(
                DataRpcs.TTL,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(
                        rows.containsKey(request.bytes())
                                ? new TtlResponse().setTtlSeconds(60)
                                : new TtlResponse().setError(1)));
        handlers.on(DataRpcs.MULTI_GET, Access.CLIENTS, (caller, header, request, responder) -> {
            MultiGetResponse reply = new MultiGetResponse().setKvs(new ArrayList<>());
            byte[] first = StoredKey.of(request.getHashKey().bytes(), new byte[0]);
            rows.subMap(first, true, StoredKey.after(first), false)
                    .forEach((key, value) -> reply.addToKvs(new KeyValue()
                            .setKey(Blob.of(StoredKey.sortKey(key)))
                            .setValue(Blob.of(value))));
            responder.reply(reply);
        });
        handlers.on(DataRpcs.GET_SCANNER, Access.CLIENTS, (caller, header, request, responder) -> {
            ScanResponse reply = new ScanResponse().setContextId(-1).setKvs(new ArrayList<>());
            if (header.gpid().partitionIndex() == 0) {
                rows.forEach((key, value) ->
                        reply.addToKvs(new KeyValue().setKey(Blob.of(key)).setValue(Blob.of(value))));
            }
            responder.reply(reply);
        });
    }

    @Override
    public void close() {
        server.close();
        io.close();
    }
}
