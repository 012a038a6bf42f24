package dev.sluice.bulkload.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.internal.LoadGoal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Every event in every phase, compared with the tables that a newcomer reads first. {@code -Dsluice.transitions.update=true}
 * writes them anew; the difference is what gets reviewed.
 */
final class TransitionTablesTest {
    private static final LoadError ERROR = new LoadError(ErrorCode.ERR_CORRUPTION, "0.sst: wrong MD5");
    private static final HostPort N1 = new HostPort("n1", 1);
    private static final HostPort N2 = new HostPort("n2", 1);
    private static final HostPort N3 = new HostPort("n3", 1);
    private static final FileTotals TOTALS = new FileTotals("digest", 2, 100);

    @Test
    void theAppsTableIsTheOneThatIsWrittenDown() throws IOException {
        List<AppPhase> phases = List.of(
                new AppPhase.Downloading(),
                new AppPhase.Downloaded(),
                new AppPhase.Ingesting(7),
                new AppPhase.Pausing(),
                new AppPhase.Paused(),
                AppPhase.CleaningUp.succeeded(7),
                AppPhase.CleaningUp.failed(ERROR),
                AppPhase.CleaningUp.canceled("why"),
                new AppPhase.Ended(BulkLoadStatus.BLS_SUCCEED, ERROR, 7));
        StringBuilder table = new StringBuilder();
        for (AppPhase phase : phases) {
            for (AppEvent.Kind kind : AppEvent.Kind.values()) {
                AppEvent event = kind == AppEvent.Kind.PUBLISH
                        ? AppEvent.publish(7)
                        : kind == AppEvent.Kind.SOURCE_FAILED ? AppEvent.sourceFailed(ERROR) : AppEvent.of(kind);
                row(table, name(phase), kind.name(), outcome(phase.on(event)));
            }
        }
        compare("transitions-app.txt", table);
    }

    @Test
    void thePartitionsTableIsTheOneThatIsWrittenDown() throws IOException {
        ManifestPin pin = new ManifestPin("digest", 2, 100, true);
        PartitionLoad fresh = PartitionLoad.of(new Ballot(1), N1, List.of(N1, N2));
        Map<String, PartitionLoad> states = new LinkedHashMap<>();
        states.put("unpinned", fresh);
        states.put("pinned", fresh.pinned(pin));
        states.put("staged", fresh.pinned(pin).stagedOn(List.of(N1, N2)));
        states.put("staged, one new", fresh.pinned(pin).stagedOn(List.of(N1)));
        Map<String, Function<PartitionLoad, PartitionLoad>> events = new LinkedHashMap<>();
        events.put("manifests pinned", state -> state.pinned(pin));
        events.put("staged recorded", state -> state.stagedOn(state.members()));
        events.put("member added", state -> state.configured(state.ballot().next(), N1, List.of(N1, N2, N3)));
        events.put("member removed", state -> state.configured(state.ballot().next(), N1, List.of(N1)));
        events.put("primary moved", state -> state.configured(state.ballot().next(), N2, List.of(N2, N1)));
        events.put("all members lost", state -> state.configured(state.ballot().next(), null, List.of()));
        StringBuilder table = new StringBuilder();
        states.forEach((stateName, state) -> events.forEach((eventName, event) -> {
            PartitionLoad next = event.apply(state);
            row(
                    table,
                    stateName,
                    eventName,
                    (next.pin() == null ? "unpinned" : "pinned") + " staged=" + names(next.staged()) + " of "
                            + names(next.members()) + (next.isStaged(1) ? " -> DOWNLOADED" : " -> DOWNLOADING"));
        }));
        compare("transitions-partition.txt", table);
    }

    @Test
    void theReplicasTableIsTheOneThatIsWrittenDown() throws IOException {
        LoadOrder download = order(5, LoadGoal.DOWNLOAD, false);
        Map<String, ReplicaLoad> states = new LinkedHashMap<>();
        states.put("Idle", new ReplicaLoad.Idle(5, 1));
        states.put("Leftover", new ReplicaLoad.Leftover(5, 1));
        states.put("Waiting", new ReplicaLoad.Waiting(download, 1));
        states.put("Fetching", new ReplicaLoad.Fetching(download, 1, TOTALS));
        states.put("Verifying", new ReplicaLoad.Verifying(download, 1, TOTALS, false));
        states.put("Stopping then PAUSE", new ReplicaLoad.Stopping(5, 1, TOTALS, order(5, LoadGoal.PAUSE, false)));
        states.put("Stopping then CLEAN_UP", new ReplicaLoad.Stopping(5, 1, TOTALS, LoadOrder.cleanUp(5)));
        states.put("Paused", new ReplicaLoad.Paused(order(5, LoadGoal.PAUSE, false), 1));
        states.put("Staged", new ReplicaLoad.Staged(5, 1, TOTALS, false, "full"));
        states.put("Failed", new ReplicaLoad.Failed(download, 1, TOTALS, ERROR, false));
        states.put("Published", new ReplicaLoad.Published(5, 1, 40, TOTALS, false));
        states.put("Published, durable", new ReplicaLoad.Published(5, 1, 0, TOTALS, false));
        states.put("Published, cleaning", new ReplicaLoad.Published(5, 1, 40, TOTALS, true));
        states.put("CleaningUp", new ReplicaLoad.CleaningUp(5, 1, LoadOrder.cleanUp(5)));
        Map<String, Function<ReplicaLoad, Step>> events = new LinkedHashMap<>();
        for (LoadGoal goal : LoadGoal.values()) {
            events.put("order 5 " + goal, state -> state.onOrder(order(5, goal, false)));
        }
        events.put("order 5 DOWNLOAD deep", state -> state.onOrder(order(5, LoadGoal.DOWNLOAD, true)));
        events.put("order 4 DOWNLOAD", state -> state.onOrder(order(4, LoadGoal.DOWNLOAD, false)));
        events.put("order 4 CLEAN_UP", state -> state.onOrder(LoadOrder.cleanUp(4)));
        events.put("order 6 DOWNLOAD", state -> state.onOrder(order(6, LoadGoal.DOWNLOAD, false)));
        events.put(
                "order 5 CLEAN_UP, was published",
                state -> state.onOrder(new LoadOrder(5, LoadGoal.CLEAN_UP, "", "", "", 0, 7, 0, "", false, 0)));
        events.put("order NOTHING", state -> state.onOrder(LoadOrder.NOTHING));
        events.put("slot", ReplicaLoad::onSlot);
        events.put("manifest", state -> state.onManifest(1, TOTALS));
        events.put("fetched", state -> state.onFetched(1));
        events.put("fetched, old attempt", state -> state.onFetched(0));
        events.put("verified", state -> state.onVerified(1));
        events.put("failed", state -> state.onFailed(1, ERROR, false));
        events.put("stopped", state -> state.onStopped(1));
        events.put("stopped, old attempt", state -> state.onStopped(0));
        events.put("published 5 at 40", state -> state.onPublished(5, 40));
        events.put("published 4 at 30", state -> state.onPublished(4, 30));
        events.put("durable 39", state -> state.onDurable(39));
        events.put("durable 40", state -> state.onDurable(40));
        events.put("deleted 5", state -> state.onDeleted(5));
        StringBuilder table = new StringBuilder();
        states.forEach((stateName, state) -> events.forEach((eventName, event) -> {
            Step step = event.apply(state);
            String next = step.next().equals(state) ? "=" : text(step.next());
            row(table, stateName, eventName, step.effects().isEmpty() ? next : next + "  do " + effects(step));
        }));
        compare("transitions-replica.txt", table);
    }

    private static LoadOrder order(long loadId, LoadGoal goal, boolean deep) {
        return goal == LoadGoal.CLEAN_UP
                ? LoadOrder.cleanUp(loadId)
                : new LoadOrder(loadId, goal, "local", "r/c/a/0", "digest", 0, 0, 1, "full", deep, 0);
    }

    private static String text(ReplicaLoad load) {
        String name = load.getClass().getSimpleName() + "(" + load.loadId() + ")";
        if (load instanceof ReplicaLoad.Stopping stopping) {
            return name + " then " + stopping.then().goal();
        }
        if (load instanceof ReplicaLoad.CleaningUp cleaning) {
            return name + " then " + cleaning.then().goal();
        }
        if (load instanceof ReplicaLoad.Published published) {
            return name
                    + (published.decree() == 0 ? " durable" : " at " + published.decree())
                    + (published.cleaning() ? " cleaning" : "");
        }
        return name;
    }

    private static String effects(Step step) {
        return String.join(
                ", ",
                step.effects().stream()
                        .map(effect -> effect.getClass().getSimpleName())
                        .toList());
    }

    private static String names(List<HostPort> nodes) {
        return nodes.stream().map(HostPort::host).toList().toString();
    }

    private static String name(AppPhase phase) {
        String name = phase.getClass().getSimpleName();
        return phase instanceof AppPhase.CleaningUp ? name + " " + phase.status() : name;
    }

    private static String outcome(Ruling ruling) {
        if (ruling instanceof Ruling.Go go) {
            return "-> " + name(go.next());
        }
        return ruling instanceof Ruling.Refuse refusal
                ? "refused " + refusal.code() + (refusal.reason().isEmpty() ? "" : ": " + refusal.reason())
                : "=";
    }

    private static void row(StringBuilder table, String state, String event, String outcome) {
        table.append(String.format("%-24s | %-31s | %s%n", state, event, outcome));
    }

    private static void compare(String name, StringBuilder table) throws IOException {
        String found = table.toString().replace("\r\n", "\n");
        if (Boolean.getBoolean("sluice.transitions.update")) {
            Files.writeString(Path.of("src/test/resources/dev/sluice/bulkload/load", name), found);
            return;
        }
        try (InputStream expected = TransitionTablesTest.class.getResourceAsStream(name)) {
            assertThat(expected).as(name).isNotNull();
            assertThat(found).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
