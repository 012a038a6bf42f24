package dev.sluice.integration.admin;

import static org.awaitility.Awaitility.await;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.AppEnvOperation;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.admin.CreateAppResponse;
import dev.sluice.wire.admin.DropAppOptions;
import dev.sluice.wire.admin.DropAppRequest;
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
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.PatternMatchType;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryManualCompactRequest;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.RecallAppRequest;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppRequest;
import dev.sluice.wire.admin.RenameAppResponse;
import dev.sluice.wire.admin.SetAtomicIdempotentRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentResponse;
import dev.sluice.wire.admin.SetMaxReplicaCountRequest;
import dev.sluice.wire.admin.SetMaxReplicaCountResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.admin.UpdateAppEnvResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** The words of {@code admin-conformance.txt}: each a call over the socket, and its answer as text. */
final class AdminCalls {
    private static final int TIMEOUT_MS = 20_000;

    private final NettyRpcClient rpc;
    private final HostPort meta;

    AdminCalls(NettyRpcClient rpc, HostPort meta) {
        this.rpc = rpc;
        this.meta = meta;
    }

    /** Makes the call that the words name, and says what was answered. */
    String run(List<String> words) {
        String first = words.size() > 1 ? words.get(1) : "";
        List<String> rest = words.subList(Math.min(2, words.size()), words.size());
        return switch (words.get(0)) {
            case "create" -> create(first, rest);
            case "drop" -> drop(first, rest);
            case "recall" -> recall(Integer.parseInt(first), rest.isEmpty() ? "" : rest.get(0));
            case "await-expired" -> awaitExpired(Integer.parseInt(first));
            case "rename" -> rename(first, rest.get(0));
            case "list" -> list(words.subList(1, words.size()));
            case "route" -> route(first, rest);
            case "set" -> set(first, rest);
            case "del" -> envs(request(first, AppEnvOperation.APP_ENV_OP_DEL).setKeys(rest));
            case "clear" -> clear(first, rest);
            case "envs" -> envsOf(first);
            case "replicas" -> replicas(first, rest);
            case "atomic" -> atomic(first, rest);
            case "level" -> level(first);
            case "nodes" -> nodes(first);
            case "cluster" -> cluster();
            case "compact" -> compact(first);
            default -> throw new IllegalArgumentException("no such call: " + words);
        };
    }

    private String create(String name, List<String> words) {
        Map<String, String> envs = new HashMap<>();
        CreateAppOptions options = new CreateAppOptions()
                .setPartitionCount(4)
                .setReplicaCount(1)
                .setAppType("pegasus")
                .setIsStateful(true)
                .setEnvs(envs);
        for (String word : words) {
            String value = word.substring(word.indexOf('=') + 1);
            if (word.startsWith("p=")) {
                options.setPartitionCount(Integer.parseInt(value));
            } else if (word.startsWith("r=")) {
                options.setReplicaCount(Integer.parseInt(value));
            } else if (word.startsWith("type=")) {
                options.setAppType(value);
            } else if (word.equals("exist-ok")) {
                options.setSuccessIfExist(true);
            } else if (word.equals("stateless")) {
                options.setIsStateful(false);
            } else {
                envs.put(word.substring(0, word.indexOf('=')), value);
            }
        }
        CreateAppResponse reply = call(AdminRpcs.CREATE_APP, new CreateAppRequest(name, options));
        if (reply.getErr().name().equals("ERR_OK")) {
            // Replicas come a little later, as the protocol says: what follows asks for them.
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() ->
                            call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest(name, List.of()))
                                    .getPartitions()
                                    .stream()
                                    .allMatch(
                                            partition -> partition.getPrimary().isSet()));
        }
        return reply.getErr().name() + " id=" + reply.getAppid();
    }

    private String drop(String name, List<String> words) {
        DropAppOptions options = new DropAppOptions().setSuccessIfNotExist(words.contains("if-exists"));
        words.stream()
                .filter(word -> word.startsWith("reserve="))
                .forEach(word -> options.setReserveSeconds(Long.parseLong(word.substring("reserve=".length()))));
        return call(AdminRpcs.DROP_APP, new DropAppRequest(name, options))
                .getErr()
                .name();
    }

    private String recall(int id, String name) {
        RecallAppResponse reply = call(AdminRpcs.RECALL_APP, new RecallAppRequest(id, name));
        String error = reply.getErr().name();
        return error.equals("ERR_OK") ? error + " " + shown(reply.getInfo()) : error;
    }

    private String awaitExpired(int id) {
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> call(AdminRpcs.LIST_APPS, new ListAppsRequest()).getInfos().stream()
                        .noneMatch(app -> app.getAppId() == id));
        return "gone";
    }

    private String rename(String from, String to) {
        RenameAppResponse reply = call(AdminRpcs.RENAME_APP, new RenameAppRequest(from, to));
        return answer(reply.getErr(), "", reply.getHintMessage());
    }

    private String list(List<String> words) {
        ListAppsRequest request = new ListAppsRequest();
        if (words.size() == 1) {
            request.setStatus(AppStatus.valueOf("AS_" + words.get(0).toUpperCase(Locale.ROOT)));
        } else if (words.size() == 2) {
            String type = words.get(0).toUpperCase(Locale.ROOT);
            request.setMatchType(PatternMatchType.valueOf(type.equals("INVALID") ? "PMT_INVALID" : "PMT_MATCH_" + type))
                    .setAppNamePattern(words.get(1));
        }
        ListAppsResponse reply = call(AdminRpcs.LIST_APPS, request);
        List<String> apps = reply.getInfos().stream().map(AdminCalls::shown).toList();
        return answer(reply.getErr(), String.join(" ", apps), reply.getHintMessage());
    }

    private static String shown(AppInfo app) {
        String status = app.getStatus().name().substring("AS_".length());
        String held =
                app.getStatus() == AppStatus.AS_DROPPED ? ":" + (app.getExpireSecond() - app.getDropSecond()) : "";
        return app.getAppId() + ":" + app.getAppName() + ":" + status + held;
    }

    private String route(String name, List<String> indices) {
        List<Integer> wanted = indices.stream().map(Integer::valueOf).toList();
        QueryConfigResponse reply = call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest(name, wanted));
        if (!reply.getErr().name().equals("ERR_OK")) {
            return reply.getErr().name();
        }
        List<PartitionConfiguration> partitions = reply.getPartitions();
        int secondaries = partitions.stream()
                .mapToInt(PartitionConfiguration::getSecondariesSize)
                .sum();
        return String.join(
                " ",
                reply.getErr().name(),
                "id=" + reply.getAppId(),
                "count=" + reply.getPartitionCount(),
                reply.isIsStateful() ? "stateful" : "stateless",
                "partitions="
                        + partitions.stream()
                                .map(partition -> partition.getPid().partitionIndex())
                                .toList(),
                partitions.stream().allMatch(partition -> partition.getBallot() > 0) ? "ballots>0" : "ballots=0",
                partitions.stream().allMatch(partition -> partition.getPrimary().isSet())
                        ? "primaries"
                        : "no-primaries",
                "secondaries=" + secondaries);
    }

    private String set(String name, List<String> words) {
        List<String> keys = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            keys.add(equals < 0 ? word : word.substring(0, equals));
            if (equals >= 0) {
                values.add(word.substring(equals + 1));
            }
        }
        return envs(request(name, AppEnvOperation.APP_ENV_OP_SET).setKeys(keys).setValues(values));
    }

    private String clear(String name, List<String> words) {
        UpdateAppEnvRequest request = request(name, AppEnvOperation.APP_ENV_OP_CLEAR);
        return envs(words.isEmpty() ? request : request.setClearPrefix(words.get(0)));
    }

    private static UpdateAppEnvRequest request(String name, AppEnvOperation operation) {
        return new UpdateAppEnvRequest().setAppName(name).setOp(operation);
    }

    private String envs(UpdateAppEnvRequest request) {
        UpdateAppEnvResponse reply = call(AdminRpcs.UPDATE_APP_ENV, request);
        return answer(reply.getErr(), "", reply.getHintMessage());
    }

    private String envsOf(String name) {
        Map<String, String> envs = new TreeMap<>();
        call(AdminRpcs.LIST_APPS, new ListAppsRequest()).getInfos().stream()
                .filter(app -> app.getAppName().equals(name))
                .forEach(app -> envs.putAll(app.getEnvs()));
        return String.join(
                " ",
                envs.entrySet().stream()
                        .map(env -> env.getKey() + "=" + env.getValue())
                        .toList());
    }

    private String replicas(String name, List<String> words) {
        if (words.isEmpty()) {
            GetMaxReplicaCountResponse reply =
                    call(AdminRpcs.GET_MAX_REPLICA_COUNT, new GetMaxReplicaCountRequest(name));
            return answer(reply.getErr(), Integer.toString(reply.getMaxReplicaCount()), reply.getHintMessage());
        }
        SetMaxReplicaCountResponse reply = call(
                AdminRpcs.SET_MAX_REPLICA_COUNT, new SetMaxReplicaCountRequest(name, Integer.parseInt(words.get(0))));
        return answer(reply.getErr(), Integer.toString(reply.getOldMaxReplicaCount()), reply.getHintMessage());
    }

    private String atomic(String name, List<String> words) {
        if (words.isEmpty()) {
            GetAtomicIdempotentResponse reply =
                    call(AdminRpcs.GET_ATOMIC_IDEMPOTENT, new GetAtomicIdempotentRequest(name));
            return answer(reply.getErr(), Boolean.toString(reply.isAtomicIdempotent()), reply.getHintMessage());
        }
        SetAtomicIdempotentResponse reply = call(
                AdminRpcs.SET_ATOMIC_IDEMPOTENT,
                new SetAtomicIdempotentRequest(name, Boolean.parseBoolean(words.get(0))));
        return answer(reply.getErr(), Boolean.toString(reply.isOldAtomicIdempotent()), reply.getHintMessage());
    }

    private String level(String word) {
        MetaControlRequest request = new MetaControlRequest();
        if (!word.isEmpty()) {
            request.setLevel(MetaFunctionLevel.valueOf("FL_" + word.toUpperCase(Locale.ROOT)));
        }
        MetaControlResponse reply = call(AdminRpcs.CONTROL_META, request);
        String old = reply.getOldLevel().name().substring("FL_".length()).toLowerCase(Locale.ROOT);
        return reply.getErr().name() + " " + old;
    }

    private String nodes(String word) {
        ListNodesRequest request = new ListNodesRequest();
        if (!word.isEmpty()) {
            request.setStatus(NodeStatus.valueOf("NS_" + word.toUpperCase(Locale.ROOT)));
        }
        ListNodesResponse reply = call(AdminRpcs.LIST_NODES, request);
        return reply.getErr().name() + " " + reply.getInfosSize();
    }

    /** With the values that are the same on every run. */
    private String cluster() {
        ClusterInfoResponse reply = call(AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest());
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < reply.getKeysSize(); i++) {
            String key = reply.getKeys().get(i);
            boolean same = key.endsWith("stddev") || key.equals("cluster_name") || key.equals("meta_function_level");
            shown.add(same ? key + "=" + reply.getValues().get(i) : key);
        }
        return reply.getErr().name() + " " + String.join(" ", shown);
    }

    private String compact(String name) {
        String started = call(AdminRpcs.START_MANUAL_COMPACT, new StartManualCompactRequest(name))
                .getErr()
                .name();
        QueryManualCompactResponse reply =
                call(AdminRpcs.QUERY_MANUAL_COMPACT_STATUS, new QueryManualCompactRequest(name));
        return started + " " + reply.getErr().name() + " | " + reply.getHintMsg();
    }

    private static String answer(WireErrorCode error, String content, @Nullable String hint) {
        String shownHint = Objects.requireNonNullElse(hint, "").replace('\n', '~');
        return (error.name() + (content.isEmpty() ? "" : " " + content) + " | " + shownHint).strip();
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> R call(Rpc<Q, R> what, Q request) {
        return rpc.call(meta, what, RequestHeader.toServer(TIMEOUT_MS), request).join();
    }
}
