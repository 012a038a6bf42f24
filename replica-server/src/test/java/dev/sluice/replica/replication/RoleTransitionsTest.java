package dev.sluice.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Change;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every event in every role, as {@code transitions.txt} says. {@code -Dsluice.transitions.update=true} writes the file
 * anew; the difference is what gets reviewed.
 */
class RoleTransitionsTest {
    private static final String FILE = "transitions.txt";
    private static final HostPort SELF = new HostPort("10.0.0.1", 34801);
    private static final HostPort OTHER = new HostPort("10.0.0.2", 34801);
    private static final HostPort THIRD = new HostPort("10.0.0.3", 34801);

    @Test
    void everyEventInEveryRoleLeadsWhereTheTableSays() throws IOException {
        String table = table();
        if (Boolean.getBoolean("sluice.transitions.update")) {
            Files.writeString(
                    Path.of("src/test/resources/dev/sluice/replica/replication", FILE), table, StandardCharsets.UTF_8);
        }
        try (InputStream expected = Objects.requireNonNull(getClass().getResourceAsStream(FILE), FILE)) {
            assertThat(table).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static String table() {
        StringBuilder table = new StringBuilder("# role | event -> next role: effects\n");
        roles().forEach((roleName, make) -> {
            table.append('\n');
            events().forEach((eventName, event) -> {
                Step step = event.apply(make.get());
                table.append(roleName)
                        .append(" | ")
                        .append(eventName)
                        .append(" -> ")
                        .append(step.next().name())
                        .append(step.effects().isEmpty() ? "" : ": ")
                        .append(step.effects().stream()
                                .map(RoleTransitionsTest::nameOf)
                                .collect(Collectors.joining(", ")))
                        .append('\n');
            });
        });
        return table.toString();
    }

    private static String nameOf(Effect effect) {
        String name = effect.getClass().getSimpleName();
        if (effect instanceof Effect.Refuse refuse) {
            return name + " " + refuse.error();
        }
        if (effect instanceof Effect.Answer answer) {
            return name + " " + answer.answer().outcome();
        }
        if (effect instanceof Effect.Teach teach) {
            return name + " " + teach.lesson();
        }
        if (effect instanceof Effect.Send send) {
            return name + " " + send.prepare().mutations().size();
        }
        return name;
    }

    /** Each holds decrees 1 to 3, of which 2 are committed; ballot 5. */
    private static Map<String, Supplier<Role>> roles() {
        Map<String, Supplier<Role>> roles = new LinkedHashMap<>();
        roles.put("inactive", RoleTransitionsTest::found);
        roles.put("primary that takes over", () -> directed(primary(5, SELF)));
        roles.put("primary that serves", RoleTransitionsTest::serving);
        roles.put(
                "primary alone",
                () -> serve(directed(new Configuration(new Ballot(5), SELF, List.of(), List.of(), 2))));
        roles.put(
                "primary that hands over",
                () -> serving().onDirective(handingOver(), 5).next());
        roles.put("secondary", () -> directed(primary(5, OTHER)));
        roles.put("learner that asks", () -> directed(learning()));
        roles.put("learner that follows", () -> {
            Role asks = directed(learning());
            return asks.onLearned(8, new LearnAnswer.Log(List.of(), 3), 0).next();
        });
        roles.put("primary that reads damage", () -> {
            Role primary = directed(primary(5, SELF));
            return primary.onDamage("block 7", 0).next();
        });
        roles.put("error", () -> found().onFailure("disk", 0).next());
        roles.put("error, alone", () -> {
            Configuration alone = new Configuration(new Ballot(6), SELF, List.of(), List.of(), 2);
            return found().onFailure("disk", 0).next().onDirective(alone, 0).next();
        });
        return roles;
    }

    private static Map<String, Function<Role, Step>> events() {
        Map<String, Function<Role, Step>> events = new LinkedHashMap<>();
        events.put("directive, old", role -> role.onDirective(primary(4, SELF), 10));
        events.put("directive, primary", role -> role.onDirective(primary(6, SELF), 10));
        events.put("directive, primary two ballots on", role -> role.onDirective(primary(7, SELF), 10));
        events.put("directive, to hand over", role -> role.onDirective(handingOver(), 10));
        events.put(
                "directive, to serve on",
                role -> role.onDirective(
                        new Configuration(new Ballot(5), SELF, List.of(OTHER, THIRD), Map.of(), 2, 78, false), 10));
        events.put("directive, overtaken", role -> role.onDirective(primary(5, SELF), 10));
        events.put("directive, secondary", role -> role.onDirective(primary(6, OTHER), 10));
        events.put(
                "directive, learner",
                role -> role.onDirective(
                        new Configuration(new Ballot(6), OTHER, List.of(THIRD), List.of(SELF), 2), 10));
        events.put(
                "directive, nothing",
                role -> role.onDirective(new Configuration(new Ballot(6), OTHER, List.of(THIRD), List.of(), 2), 10));
        events.put("write", role -> role.onWrite(new Write(1, List.of()), 10, 10));
        events.put("atomic operation", role -> role.onWrite(Write.toBeEvaluated(1, 10), 10, 10));
        events.put("evaluated, unasked", role -> role.onEvaluated(List.of(new Write(1, List.of())), 10));
        events.put(
                "evaluated",
                role -> role.onWrite(Write.toBeEvaluated(1, 10), 10, 10)
                        .next()
                        .onEvaluated(List.of(new Write(1, List.of())), 10));
        events.put("publish", role -> role.onPublish(1, new Publish(1, LoadMode.MERGE, 1, ""), 10, 10));
        events.put(
                "publish behind an operation that is evaluated",
                role -> role.onWrite(Write.toBeEvaluated(1, 10), 10, 10)
                        .next()
                        .onPublish(2, new Publish(1, LoadMode.MERGE, 1, ""), 10, 10));
        events.put("prepare, older ballot", role -> role.onPrepare(1, prepare(4, 3, false), 10));
        events.put("prepare", role -> role.onPrepare(1, prepare(5, 3, false), 10));
        events.put("prepare with a gap", role -> role.onPrepare(1, prepare(5, 7, false), 10));
        events.put("prepare, newer ballot", role -> role.onPrepare(1, prepare(6, 3, false), 10));
        events.put("prepare to a learner", role -> role.onPrepare(1, prepare(5, 3, true), 10));
        events.put("answer, ok", role -> role.onPrepareAnswer(OTHER, answer(Outcome.OK), 10));
        events.put("answer, gap", role -> role.onPrepareAnswer(OTHER, answer(Outcome.GAP), 10));
        events.put("answer, lost", role -> role.onPrepareAnswer(OTHER, answer(Outcome.LOST), 10));
        events.put("log read", role -> role.onLogRead(OTHER, 1, List.of(), 10));
        events.put("log written", role -> role.onLogWritten(100, 10));
        events.put("asked to teach", role -> role.onLearnAsked(1, ask(2, false), 10));
        events.put("asked for a checkpoint", role -> role.onLearnAsked(1, ask(0, true), 10));
        events.put("taught", role -> role.onTaught(ask(2, false), 3, true, 10));
        events.put("learned the log", role -> role.onLearned(8, new LearnAnswer.Log(List.of(mutation(3, 5)), 0), 10));
        events.put("learned a checkpoint", role -> role.onLearned(8, new LearnAnswer.Installed(9), 10));
        events.put("learned nothing", role -> role.onLearned(8, new LearnAnswer.Failed("no"), 10));
        events.put("learned, old", role -> role.onLearned(3, new LearnAnswer.Failed("no"), 10));
        events.put("failure", role -> role.onFailure("disk", 10));
        events.put("damage", role -> role.onDamage("block 7", 10));
        events.put("tick", role -> role.onTick(10));
        events.put("tick, much later", role -> role.onTick(10_000));
        return events;
    }

    private static Role found() {
        History history = new History(Limits.DEFAULT, 0, List.of(mutation(1, 3), mutation(2, 3), mutation(3, 3)), 7);
        history.commitTo(2);
        return Role.found(SELF, history, Limits.DEFAULT);
    }

    private static Role directed(Configuration configuration) {
        return found().onDirective(configuration, 0).next();
    }

    private static Role serving() {
        return serve(directed(primary(5, SELF)));
    }

    private static Role serve(Role primary) {
        Role written = primary.onLogWritten(1, 0).next();
        for (HostPort peer : List.of(OTHER, THIRD)) {
            for (long messageId = 1; messageId <= 2; messageId++) {
                written = written.onPrepareAnswer(
                                peer, new PrepareAnswer(messageId, Outcome.OK, new Ballot(5), 4, 2), 0)
                        .next();
            }
        }
        assertThat(written.status().serving()).isTrue();
        return written;
    }

    private static Configuration primary(long ballot, HostPort primary) {
        List<HostPort> secondaries = List.of(SELF, OTHER, THIRD).stream()
                .filter(node -> !node.equals(primary))
                .toList();
        return new Configuration(new Ballot(ballot), primary, secondaries, List.of(), 2);
    }

    private static Configuration handingOver() {
        return new Configuration(new Ballot(5), SELF, List.of(OTHER, THIRD), Map.of(), 2, 77, true);
    }

    private static Configuration learning() {
        return new Configuration(new Ballot(5), OTHER, List.of(THIRD), List.of(SELF), 2);
    }

    private static Prepare prepare(long ballot, long decree, boolean toLearner) {
        return new Prepare(
                0, new Ballot(ballot), OTHER, List.of(mutation(decree, ballot)), decree - 1, toLearner, 8, 3);
    }

    private static PrepareAnswer answer(Outcome outcome) {
        return new PrepareAnswer(1, outcome, new Ballot(5), 4, 2);
    }

    private static LearnAsk ask(long committed, boolean needsCheckpoint) {
        return new LearnAsk(THIRD, new Ballot(5), 0, 9, committed, needsCheckpoint, 0);
    }

    private static Mutation mutation(long decree, long ballot) {
        return new Mutation(decree, new Ballot(ballot), ballot, new Change.Nothing());
    }
}
