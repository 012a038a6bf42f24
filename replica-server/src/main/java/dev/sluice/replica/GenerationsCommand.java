package dev.sluice.replica;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.replica.engine.Engine.GenerationInfo;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.Replicas;
import java.util.List;

/**
 * {@code replica.generations APP_ID}: the generations that each replica of an app on this server keeps, and how many rows were
 * written to the current one since it became that.
 */
record GenerationsCommand(Replicas replicas) {
    static final String NAME = "replica.generations";
    static final String HELP = "APP_ID - generations of rows that replicas keep, and writes since the last switch";

    private static final ObjectMapper JSON = new ObjectMapper();

    String answer(List<String> arguments) {
        if (arguments.size() != 1 || !arguments.get(0).matches("\\d{1,9}")) {
            return "expected the id of an app, got " + arguments;
        }
        int appId = Integer.parseInt(arguments.get(0));
        ArrayNode answer = JSON.createArrayNode();
        for (Replica replica : replicas.all()) {
            if (replica.gpid().appId() == appId) {
                ObjectNode one = answer.addObject();
                one.put("gpid", replica.gpid().toString());
                one.put("role", replica.view().role().name());
                ArrayNode kept = one.putArray("generations");
                for (GenerationInfo each : replica.engine().generations()) {
                    kept.addObject()
                            .put("id", each.id())
                            .put("current", each.isCurrent())
                            .put("writes", each.writes());
                }
            }
        }
        return answer.toString();
    }
}
