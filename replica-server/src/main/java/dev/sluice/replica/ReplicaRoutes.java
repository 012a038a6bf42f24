package dev.sluice.replica;

import dev.sluice.common.http.BadRequestException;
import dev.sluice.common.http.HttpAnswer;
import dev.sluice.common.http.HttpQuery;
import dev.sluice.common.http.HttpRoutes;
import dev.sluice.replica.compaction.CompactionView.State;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.wire.internal.AppDescription;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a replica server answers over HTTP about its replicas. */
final class ReplicaRoutes {
    private final Replicas replicas;

    private ReplicaRoutes(Replicas replicas) {
        this.replicas = replicas;
    }

    static void register(HttpRoutes routes, Replicas replicas) {
        ReplicaRoutes ours = new ReplicaRoutes(replicas);
        routes.get("/replica/info", "[app_id=<id>]: the replicas of this node, by partition", ours::info)
                .get("/replica/data_version", "app_id=<id>: the format of values, by partition", ours::dataVersion)
                .get(
                        "/replica/manual_compaction",
                        "app_id=<id>: how many replicas of an app wait for manual compaction, run it or have finished it",
                        ours::compaction);
    }

    private HttpAnswer info(HttpQuery query) {
        List<Replica> wanted = query.parameters().containsKey("app_id")
                ? ofApp(query)
                : replicas.all().stream()
                        .sorted(Comparator.comparing(Replica::gpid))
                        .toList();
        Map<String, Object> all = new LinkedHashMap<>();
        for (Replica replica : wanted) {
            ReplicaView view = replica.view();
            AppDescription app = view.app();
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("app_name", app == null ? "" : app.getAppName());
            fields.put("role", view.role().name().toLowerCase(Locale.ROOT));
            fields.put("serving", Boolean.toString(view.serving()));
            fields.put("ballot", view.ballot().toString());
            fields.put("primary", view.primary() == null ? "" : String.valueOf(view.primary()));
            all.put(replica.gpid().toString(), fields);
        }
        return HttpAnswer.json(all);
    }

    private HttpAnswer dataVersion(HttpQuery query) {
        List<Replica> ofApp = ofApp(query);
        Map<String, Object> versions = new LinkedHashMap<>();
        for (Replica replica : ofApp) {
            versions.put(
                    Integer.toString(replica.gpid().partitionIndex()),
                    Map.of("data_version", valueVersion(replica.view())));
        }
        return ofApp.isEmpty() ? notFound(query) : HttpAnswer.json(versions);
    }

    /** Values carry an expiry time and a time tag unless the app was created otherwise. */
    private static String valueVersion(ReplicaView view) {
        AppDescription app = view.app();
        return app == null || app.getEnvs() == null ? "1" : app.getEnvs().getOrDefault("value_version", "1");
    }

    private HttpAnswer compaction(HttpQuery query) {
        List<Replica> ofApp = ofApp(query);
        Map<String, String> status = new LinkedHashMap<>();
        for (State state : List.of(State.IDLE, State.RUNNING, State.QUEUING, State.FINISHED)) {
            long count = ofApp.stream()
                    .filter(replica -> replica.compaction().state() == state)
                    .count();
            status.put(state.name().toLowerCase(Locale.ROOT), Long.toString(count));
        }
        return ofApp.isEmpty() ? notFound(query) : HttpAnswer.json(Map.of("status", status));
    }

    private List<Replica> ofApp(HttpQuery query) {
        int appId;
        try {
            appId = Integer.parseInt(query.require("app_id"));
        } catch (NumberFormatException e) {
            throw new BadRequestException("app_id '" + query.require("app_id") + "' is no number", e);
        }
        return replicas.all().stream()
                .filter(replica -> replica.gpid().appId() == appId)
                .sorted(Comparator.comparing(Replica::gpid))
                .toList();
    }

    private static HttpAnswer notFound(HttpQuery query) {
        return HttpAnswer.notFound("app_id=" + query.require("app_id") + " not found");
    }
}
