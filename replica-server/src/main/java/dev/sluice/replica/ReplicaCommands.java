package dev.sluice.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.JsonText;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.internal.AppDescription;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The remote commands that go to replicas of this server: to those of the apps and partitions that are named, or to all. Only
 * primaries and secondaries answer, each on a line of its own; a partition that is named and does not is not found.
 */
final class ReplicaCommands {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaCommands.class);
    private static final String IDS = "[id1,id2,...] - ";
    private static final String WHERE = "; an id is 'app_id' or 'app_id.partition_index', without any: all";
    private static final String APP = "(0|[1-9]\\d{0,8})";
    private static final String PARTITION = APP + "\\." + APP;
    /** Whoever asks waits for five seconds. */
    private static final long ANSWER_MS_MAX = 4_000;
    /** Of a replica that is too busy: the others are what the operator wants to see then. */
    private static final Optional<String> SILENT = Optional.of("@? : ERR_TIMEOUT");

    private final Replicas replicas;
    private final HostPort self;

    private ReplicaCommands(Replicas replicas, HostPort self) {
        this.replicas = replicas;
        this.self = self;
    }

    /** Adds them. */
    static void register(RemoteCommands commands, Replicas replicas, HostPort self) {
        ReplicaCommands ours = new ReplicaCommands(replicas, self);
        commands.register(
                        "replica.query-app-envs",
                        IDS + "the app envs that replicas know" + WHERE,
                        arguments -> ours.ask(arguments, ReplicaCommands::envs))
                .register(
                        "replica.query-compact",
                        IDS + "how far replicas are with manual compaction" + WHERE,
                        arguments -> ours.ask(
                                arguments, replica -> replica.compaction().describe(ZoneId.systemDefault())))
                .register(
                        "replica.query-progress",
                        IDS + "how far replicas are: decrees prepared, committed, applied and durable" + WHERE,
                        arguments -> ours.ask(arguments, ReplicaCommands::progress))
                .register(
                        "replica.trigger-checkpoint",
                        IDS + "make all that replicas have applied durable in their engines, soon" + WHERE,
                        arguments -> ours.ask(arguments, ReplicaCommands::trigger));
    }

    /** @param question asked on the loop of each replica */
    private String ask(List<String> arguments, Function<Replica, String> question) {
        List<String> ids = arguments.stream()
                .flatMap(argument -> Stream.of(argument.split(",")))
                .filter(id -> !id.isEmpty())
                .toList();
        if (ids.isEmpty() != arguments.isEmpty() || !ids.stream().allMatch(ReplicaCommands::isId)) {
            return "invalid arguments";
        }
        Map<Gpid, CompletableFuture<Optional<String>>> asked = new TreeMap<>();
        for (Replica replica : replicas.all()) {
            Gpid gpid = replica.gpid();
            if (ids.isEmpty() || ids.contains(gpid.toString()) || ids.contains(Integer.toString(gpid.appId()))) {
                asked.put(gpid, ask(replica, question).completeOnTimeout(SILENT, ANSWER_MS_MAX, TimeUnit.MILLISECONDS));
            }
        }
        Map<Gpid, String> lines = new TreeMap<>();
        asked.forEach((gpid, answer) -> answer.join().ifPresent(text -> lines.put(gpid, text)));
        int processed = lines.size();
        ids.stream()
                .filter(id -> id.matches(PARTITION))
                .forEach(id -> lines.putIfAbsent(Gpid.parse(id), " : not found"));
        return processed + " processed, " + (lines.size() - processed) + " not found"
                + lines.entrySet().stream()
                        .map(line -> "\n    " + line.getKey() + "@" + self + line.getValue())
                        .collect(Collectors.joining());
    }

    private static boolean isId(String text) {
        return text.matches(APP) || text.matches(PARTITION);
    }

    private static CompletableFuture<Optional<String>> ask(Replica replica, Function<Replica, String> question) {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        replica.loop().execute(() -> {
            RoleName role = replica.view().role();
            boolean isMember = role == RoleName.PRIMARY || role == RoleName.SECONDARY;
            answer.complete(
                    isMember && !replica.isClosed()
                            ? Optional.of((role == RoleName.PRIMARY ? "@P : " : "@S : ") + answer(replica, question))
                            : Optional.empty());
        });
        return answer;
    }

    private static String answer(Replica replica, Function<Replica, String> question) {
        try {
            return question.apply(replica);
        } catch (RuntimeException e) {
            LOG.warn("{}: a command cannot be answered", replica.gpid(), e);
            return "ERR: " + e.getMessage();
        }
    }

    private static String envs(Replica replica) {
        AppDescription app = replica.view().app();
        Map<String, String> envs = app == null ? null : app.getEnvs();
        return envs == null
                ? ""
                : new TreeMap<>(envs)
                        .entrySet().stream()
                                .map(env -> env.getKey() + "=" + env.getValue())
                                .collect(Collectors.joining(","));
    }

    private static String progress(Replica replica) {
        Engine engine = replica.engine();
        Map<String, Object> decrees = new LinkedHashMap<>();
        decrees.put("max_prepared_decree", replica.preparedDecree());
        decrees.put("last_committed_decree", replica.committedDecree());
        decrees.put("last_applied_decree", engine.appliedDecree());
        decrees.put("last_durable_decree", engine.durableDecree());
        return JsonText.compact(decrees);
    }

    private static String trigger(Replica replica) {
        replica.flushSoon(replica.engine().appliedDecree());
        return "triggered";
    }
}
