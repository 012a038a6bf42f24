package dev.sluice.replica;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineDigest;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.Replicas;
import java.util.List;

/**
 * {@code replica.digest [app_id[.partition_index]]}: scans the engines of this server and says what they hold, so that copies
 * can be compared. Rows that have expired do not count.
 */
record DigestCommand(Replicas replicas, Clock clock) {
    static final String NAME = "replica.digest";
    static final String HELP = "[app_id[.partition_index]] - digest, rows and decree of replicas, by a full scan";

    private static final ObjectMapper JSON = new ObjectMapper();

    String answer(List<String> arguments) {
        ArrayNode answer = JSON.createArrayNode();
        for (Replica replica : replicas.all()) {
            if (arguments.isEmpty() || isMeant(replica.gpid(), arguments.get(0))) {
                answer.add(digest(replica));
            }
        }
        return answer.toString();
    }

    private ObjectNode digest(Replica replica) {
        Engine engine = replica.engine();
        long before = engine.appliedDecree();
        EngineDigest digest;
        try (EngineSnapshot snapshot = engine.snapshot()) {
            digest = EngineDigest.of(snapshot, StoredValue.expiryNow(clock.wallMs()));
        }
        return JSON.createObjectNode()
                .put("gpid", replica.gpid().toString())
                .put("role", replica.view().role().name())
                .put("ballot", replica.view().ballot().number())
                .put("decree", before)
                .put("rows", digest.rows())
                .put("digest", digest.sha256());
    }

    private static boolean isMeant(Gpid gpid, String wanted) {
        return wanted.equals(gpid.toString()) || wanted.equals(Integer.toString(gpid.appId()));
    }
}
