package dev.sluice.meta.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.http.BadRequestException;
import dev.sluice.common.http.HttpAnswer;
import dev.sluice.common.http.HttpQuery;
import dev.sluice.common.http.HttpRoutes;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.LocalCalls;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.view.AppListView;
import dev.sluice.common.view.AppView;
import dev.sluice.common.view.NodeView;
import dev.sluice.common.view.TextTable;
import dev.sluice.meta.admin.AppEnvs;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.AppEnvOperation;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.ListAppsResponse;
import dev.sluice.wire.admin.ListNodesRequest;
import dev.sluice.wire.admin.ListNodesResponse;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.bulkload.QueryBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The routes of a meta server; a follower sends callers on to the leader. */
public final class MetaRoutes {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DETAIL = "detail";
    private static final String NAME = "name";
    private static final String APP_NAME = "app_name";
    private static final String HINT_MESSAGE = "hint_message";
    private static final String USAGE_SCENARIO = "rocksdb.usage_scenario";

    private final LocalCalls calls;
    private final Supplier<Optional<HostPort>> leader;
    private final ZoneId zone;

    private MetaRoutes(LocalCalls calls, Supplier<Optional<HostPort>> leader, ZoneId zone) {
        this.calls = calls;
        this.leader = leader;
        this.zone = zone;
    }

    /**
     * Adds them.
     *
     * @param leader where the leader of the group is, as far as this server knows
     * @param zone of the times in tables
     */
    public static void register(HttpRoutes routes, LocalCalls calls, Supplier<Optional<HostPort>> leader, ZoneId zone) {
        MetaRoutes meta = new MetaRoutes(calls, leader, zone);
        // What may be set is the same on every meta server: there is nothing to ask the leader.
        routes.get(
                "/envs/list",
                "the envs that an app may have: type, limitation and a sample",
                query -> HttpAnswer.json(AppEnvs.describe()));
        routes.getLater("/meta/app", "name=<app>[&detail]: one app", meta::app)
                .getLater("/meta/apps", "[detail]: the apps there are", meta::apps)
                .getLater("/meta/nodes", "[detail]: the replica servers", meta::nodes)
                .getLater("/meta/cluster", "the cluster in a few words", meta::cluster)
                .getLater("/meta/app_envs", "name=<app>: the envs of an app", meta::envs)
                .getLater("/meta/app/query_bulk_load", "name=<app>: the status of a load", meta::queryLoad)
                .postLater(
                        "/meta/app/start_bulk_load",
                        "{app_name, cluster_name, file_provider_type, remote_root_path}: start a load",
                        meta::startLoad)
                .postLater(
                        "/meta/app/start_compaction",
                        "{app_name, type, [target_level], [bottommost_level_compaction: force or skip], [max_running_count], [trigger_time]}: start a compaction (type once), or do so daily at trigger_time, such as 3:00,21:30 (type periodic)",
                        meta::startCompaction)
                .postLater(
                        "/meta/app/usage_scenario",
                        "{app_name, scenario}: keep the env rocksdb.usage_scenario: normal, prefer_write or bulk_load; engines are tuned alike",
                        meta::usageScenario);
    }

    private CompletionStage<HttpAnswer> app(HttpQuery query) {
        String name = query.parameters().getOrDefault(NAME, "");
        if (name.isEmpty()) {
            throw new BadRequestException("app name shouldn't be empty");
        }
        return routing(name).thenApply(reply -> {
            ErrorCode error = Wire.error(reply.getErr());
            if (error == ErrorCode.ERR_OBJECT_NOT_FOUND) {
                return tableNotFound(name);
            }
            return refusal(query, error)
                    .orElseGet(() ->
                            tables(AppView.of(name, reply, query.has(DETAIL)).tables()));
        });
    }

    private CompletionStage<HttpAnswer> apps(HttpQuery query) {
        return availableApps().thenCompose(reply -> {
            Optional<HttpAnswer> refusal = refusal(query, Wire.error(reply.getErr()));
            if (refusal.isPresent()) {
                return CompletableFuture.completedFuture(refusal.get());
            }
            if (!query.has(DETAIL)) {
                return CompletableFuture.completedFuture(
                        tables(AppListView.of(reply.getInfos(), zone).tables()));
            }
            return configurations(reply.getInfos())
                    .thenApply(configurations -> tables(AppListView.detailed(reply.getInfos(), zone, configurations)
                            .tables()));
        });
    }

    private CompletionStage<HttpAnswer> nodes(HttpQuery query) {
        return calls.call(AdminRpcs.LIST_NODES, new ListNodesRequest()).thenCompose(reply -> {
            Optional<HttpAnswer> refusal = refusal(query, Wire.error(reply.getErr()));
            if (refusal.isPresent()) {
                return CompletableFuture.completedFuture(refusal.get());
            }
            Map<HostPort, NodeStatus> nodes = statuses(reply);
            if (!query.has(DETAIL)) {
                return CompletableFuture.completedFuture(
                        tables(NodeView.of(nodes, any -> true).tables()));
            }
            return availableApps()
                    .thenCompose(apps -> configurations(apps.getInfos()))
                    .thenApply(configurations -> tables(NodeView.detailed(nodes, any -> true, configurations.values())
                            .tables()));
        });
    }

    private CompletionStage<HttpAnswer> cluster(HttpQuery query) {
        return calls.call(AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest())
                .thenApply(reply -> refusal(query, Wire.error(reply.getErr())).orElseGet(() -> {
                    Map<String, String> info = new LinkedHashMap<>();
                    for (int i = 0; i < reply.getKeysSize(); i++) {
                        info.put(reply.getKeys().get(i), reply.getValues().get(i));
                    }
                    return HttpAnswer.json(Map.of("cluster_info", info));
                }));
    }

    private CompletionStage<HttpAnswer> envs(HttpQuery query) {
        String name = query.require(NAME);
        return availableApps()
                .thenApply(reply -> refusal(query, Wire.error(reply.getErr()))
                        .orElseGet(() -> reply.getInfos().stream()
                                .filter(app -> app.getAppName().equals(name))
                                .findFirst()
                                .map(app -> HttpAnswer.json(new TreeMap<>(app.getEnvs())))
                                .orElseGet(() -> tableNotFound(name))));
    }

    private CompletionStage<HttpAnswer> queryLoad(HttpQuery query) {
        String name = query.require(NAME);
        return calls.call(AdminRpcs.QUERY_BULK_LOAD_STATUS, new QueryBulkLoadRequest(name))
                .thenApply(reply -> redirect(query, Wire.error(reply.getErr())).orElseGet(() -> {
                    Map<String, String> fields = new LinkedHashMap<>();
                    fields.put("error", reply.getErr().name());
                    fields.put("app_status", "replication::bulk_load_status::" + reply.getAppStatus());
                    return HttpAnswer.json(fields);
                }));
    }

    private CompletionStage<HttpAnswer> startLoad(HttpQuery query) {
        JsonNode body = body(query);
        StartBulkLoadRequest request = new StartBulkLoadRequest()
                .setAppName(field(body, APP_NAME))
                .setClusterName(field(body, "cluster_name"))
                .setFileProviderType(field(body, "file_provider_type"))
                .setRemoteRootPath(field(body, "remote_root_path"));
        return calls.call(AdminRpcs.START_BULK_LOAD, request)
                .thenApply(reply -> result(query, reply.getErr(), "hint_msg", reply.getHintMsg()));
    }

    private CompletionStage<HttpAnswer> startCompaction(HttpQuery query) {
        JsonNode body = body(query);
        return switch (field(body, "type")) {
            case "once" -> compactOnce(query, body);
            case "periodic" -> compactDaily(query, body);
            default -> throw new BadRequestException("type should only be 'once' or 'periodic'");
        };
    }

    private CompletionStage<HttpAnswer> compactOnce(HttpQuery query, JsonNode body) {
        StartManualCompactRequest request = new StartManualCompactRequest(field(body, APP_NAME));
        findInteger(body, "target_level", Integer.MAX_VALUE)
                .ifPresent(level -> request.setTargetLevel(Math.toIntExact(level)));
        findInteger(body, "max_running_count", Integer.MAX_VALUE)
                .ifPresent(count -> request.setMaxRunningCount(Math.toIntExact(count)));
        findInteger(body, "trigger_time", Long.MAX_VALUE).ifPresent(request::setTriggerTime);
        String bottommost = findField(body, "bottommost_level_compaction").orElse("skip");
        if (!bottommost.equals("force") && !bottommost.equals("skip")) {
            throw new BadRequestException("bottommost_level_compaction should only be 'skip' or 'force'");
        }
        request.setBottommost(bottommost.equals("force"));
        return calls.call(AdminRpcs.START_MANUAL_COMPACT, request)
                .thenApply(reply -> result(query, reply.getErr(), HINT_MESSAGE, reply.getHintMsg()));
    }

    /** From now on at these times of the day. */
    private CompletionStage<HttpAnswer> compactDaily(HttpQuery query, JsonNode body) {
        Map<String, String> envs = new TreeMap<>();
        envs.put("manual_compact.periodic.trigger_time", field(body, "trigger_time"));
        envs.put(
                "manual_compact.periodic.target_level",
                findField(body, "target_level").orElse("-1"));
        envs.put(
                "manual_compact.periodic.bottommost_level_compaction",
                findField(body, "bottommost_level_compaction").orElse("skip"));
        findField(body, "max_running_count")
                .filter(count -> !count.equals("0"))
                .ifPresent(count -> envs.put("manual_compact.max_concurrent_running_count", count));
        return setEnvs(query, body, envs);
    }

    private CompletionStage<HttpAnswer> usageScenario(HttpQuery query) {
        JsonNode body = body(query);
        return setEnvs(query, body, Map.of(USAGE_SCENARIO, field(body, "scenario")));
    }

    private CompletionStage<HttpAnswer> setEnvs(HttpQuery query, JsonNode body, Map<String, String> envs) {
        List<Map.Entry<String, String>> entries = List.copyOf(envs.entrySet());
        UpdateAppEnvRequest request = new UpdateAppEnvRequest()
                .setAppName(field(body, APP_NAME))
                .setOp(AppEnvOperation.APP_ENV_OP_SET)
                .setKeys(entries.stream().map(Map.Entry::getKey).toList())
                .setValues(entries.stream().map(Map.Entry::getValue).toList());
        return calls.call(AdminRpcs.UPDATE_APP_ENV, request)
                .thenApply(reply -> result(query, reply.getErr(), HINT_MESSAGE, reply.getHintMessage()));
    }

    private HttpAnswer result(HttpQuery query, WireErrorCode error, String hintName, String hint) {
        return redirect(query, Wire.error(error)).orElseGet(() -> {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("error", error.name());
            fields.put(hintName, hint);
            return HttpAnswer.json(fields);
        });
    }

    private CompletableFuture<ListAppsResponse> availableApps() {
        return calls.call(AdminRpcs.LIST_APPS, new ListAppsRequest().setStatus(AppStatus.AS_AVAILABLE));
    }

    private CompletableFuture<QueryConfigResponse> routing(String app) {
        return calls.call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest().setAppName(app));
    }

    /** By name, of those that are still there. */
    private CompletableFuture<Map<String, QueryConfigResponse>> configurations(List<AppInfo> apps) {
        Map<String, QueryConfigResponse> found = new TreeMap<>();
        CompletableFuture<Map<String, QueryConfigResponse>> all = CompletableFuture.completedFuture(found);
        for (AppInfo app : apps) {
            all = all.thenCombine(routing(app.getAppName()), (before, reply) -> {
                if (Wire.error(reply.getErr()).isOk()) {
                    before.put(app.getAppName(), reply);
                }
                return before;
            });
        }
        return all;
    }

    private static Map<HostPort, NodeStatus> statuses(ListNodesResponse reply) {
        Map<HostPort, NodeStatus> nodes = new TreeMap<>();
        reply.getInfos()
                .forEach(node -> Wire.find(node.getNode()).ifPresent(address -> nodes.put(address, node.getStatus())));
        return nodes;
    }

    private static HttpAnswer tables(TextTable... tables) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (TextTable table : tables) {
            all.put(table.name(), table.toTexts());
        }
        return HttpAnswer.json(all);
    }

    private static HttpAnswer tableNotFound(String name) {
        return HttpAnswer.notFound("table not found: \"" + name + "\"");
    }

    /** The way to the leader, or what else speaks against an answer. */
    private Optional<HttpAnswer> refusal(HttpQuery query, ErrorCode error) {
        return error.isOk()
                ? Optional.empty()
                : redirect(query, error).or(() -> Optional.of(HttpAnswer.failure(500, error.toString())));
    }

    private Optional<HttpAnswer> redirect(HttpQuery query, ErrorCode error) {
        if (error != ErrorCode.ERR_FORWARD_TO_OTHERS) {
            return Optional.empty();
        }
        return Optional.of(leader.get()
                .map(address -> HttpAnswer.redirect("http://" + address + query.target()))
                .orElseGet(() -> HttpAnswer.failure(500, "this meta server does not lead, and knows no leader yet")));
    }

    private static JsonNode body(HttpQuery query) {
        try {
            JsonNode body = JSON.readTree(query.body());
            if (body != null && body.isObject()) {
                return body;
            }
        } catch (JsonProcessingException e) {
            throw new BadRequestException("invalid request structure", e);
        }
        throw new BadRequestException("invalid request structure");
    }

    private static String field(JsonNode body, String name) {
        return findField(body, name).orElseThrow(() -> new BadRequestException(name + " should not be empty"));
    }

    /** Nothing if it is not there or empty. */
    private static Optional<String> findField(JsonNode body, String name) {
        JsonNode value = body.get(name);
        if (value != null && !value.isTextual()) {
            throw new BadRequestException("invalid request structure");
        }
        return value == null || value.asText().isEmpty() ? Optional.empty() : Optional.of(value.asText());
    }

    private static OptionalLong findInteger(JsonNode body, String name, long max) {
        Optional<String> text = findField(body, name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= -max && value <= max) {
                return OptionalLong.of(value);
            }
        } catch (NumberFormatException e) {
            throw new BadRequestException(notAnInteger(name, max, text.get()), e);
        }
        throw new BadRequestException(notAnInteger(name, max, text.get()));
    }

    private static String notAnInteger(String name, long max, String found) {
        return name + " should be an integer of at most " + max + ", found '" + found + "'";
    }
}
