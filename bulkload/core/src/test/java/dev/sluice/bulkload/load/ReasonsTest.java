package dev.sluice.bulkload.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.throttle.ThrottleState;
import dev.sluice.bulkload.throttle.ThrottleState.Reason;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberPhase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * B.22: every reason that the query can give for a load that is not further, as {@code reasons.txt} has it; and the guide
 * for operators explains each. {@code -Dsluice.transitions.update=true} writes the file anew.
 */
class ReasonsTest {
    private static final String FILE = "reasons.txt";
    private static final Path GUIDE = Path.of("../../docs/bulk-load.md");
    private static final String GUIDE_CHAPTER = "## When it does not go on";
    private static final Ballot BALLOT = new Ballot(1);
    private static final HostPort N1 = new HostPort("10.0.0.1", 34801);
    private static final HostPort N2 = new HostPort("10.0.0.2", 34801);
    private static final FileTotals TOTALS = new FileTotals("digest", 2, 100);
    private static final ManifestPin PIN = new ManifestPin("digest", 2, 100, true);
    private static final LoadError ERROR = new LoadError(ErrorCode.ERR_DISK_INSUFFICIENT, "/data: disk full");

    @Test
    void everyReasonIsTheOneThatIsWrittenDown() throws IOException {
        StringBuilder table = new StringBuilder("# situation | hint of the query\n");
        reasons()
                .forEach((situation, hint) ->
                        table.append(situation).append(" | ").append(hint).append('\n'));
        if (Boolean.getBoolean("sluice.transitions.update")) {
            Files.writeString(Path.of("src/test/resources/dev/sluice/bulkload/load", FILE), table);
        }
        try (InputStream expected = Objects.requireNonNull(getClass().getResourceAsStream(FILE), FILE)) {
            assertThat(table).hasToString(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** A hint is of a partition, then of its members; each part stands in the guide's table. */
    @Test
    void theGuideExplainsEveryReason() throws IOException {
        List<String> explained = wordsOfTheGuide();
        reasons().forEach((situation, hint) -> {
            if (!situation.contains("failed") && !situation.startsWith("ended")) { // those say the error
                for (String part :
                        generalized(hint.replaceFirst("^1\\.\\d+: ", "")).split(", (?=host:port)", -1)) {
                    assertThat(explained)
                            .as("%s: '%s' in the chapter '%s' of %s", situation, part, GUIDE_CHAPTER, GUIDE)
                            .anyMatch(words -> says(words, part) || says("host:port " + words, part));
                }
            }
        });
    }

    private static List<String> wordsOfTheGuide() throws IOException {
        String guide = Files.readString(GUIDE);
        int begin = guide.indexOf(GUIDE_CHAPTER);
        assertThat(begin).as(GUIDE_CHAPTER).isNotNegative();
        List<String> words = new ArrayList<>();
        for (String row :
                guide.substring(begin, guide.indexOf("\n## ", begin + 1)).split("\n", -1)) {
            if (row.startsWith("| `")) {
                Matcher cell = Pattern.compile("`([^`]+)`").matcher(row.substring(0, row.indexOf(" | ")));
                while (cell.find()) {
                    words.add(generalized(cell.group(1).replaceFirst("….*", "…")));
                }
            }
        }
        return words;
    }

    /** Word for word, up to a mark of omission, with or without a progress at the end. */
    private static boolean says(String words, String part) {
        return words.endsWith("…")
                ? part.startsWith(words.substring(0, words.length() - 1))
                : part.equals(words) || part.equals(words + " N%");
    }

    /** Whatever the numbers and the servers are. */
    private static String generalized(String text) {
        return text.replaceAll("10\\.0\\.0\\.\\d+:\\d+", "host:port").replaceAll("\\d+", "N");
    }

    private static Map<String, String> reasons() {
        Map<String, String> reasons = new LinkedHashMap<>();
        AppLoad fresh = load(new AppPhase.Downloading(), PartitionLoad.of(BALLOT, N1, List.of(N1, N2)));
        reasons.put("not pinned", hint(fresh, Map.of()));
        replicas().forEach((state, replica) -> reasons.put("downloading, " + state, hintOf(downloading(), replica)));
        for (Reason reason : Reason.values()) {
            if (reason != Reason.NO_LIMIT) {
                reasons.put(
                        "downloading, throttled, " + reason.name().toLowerCase(Locale.ROOT),
                        hint(downloading(), Map.of(N2, throttled(reason))));
            }
        }
        reasons.put("downloading, silent", hint(downloading(), Map.of()));
        reasons.put("downloading, dead", hint(downloading(), Map.of(), false, true));
        reasons.put("downloading, no primary", hint(load(new AppPhase.Downloading(), group(null, N1, N2)), Map.of()));
        reasons.put("downloading, one member", hint(load(new AppPhase.Downloading(), group(N1, N1)), Map.of()));
        replicas()
                .forEach((state, replica) ->
                        reasons.put("pausing, " + state, hintOf(in(new AppPhase.Pausing()), replica)));
        reasons.put("paused", hintOf(in(new AppPhase.Paused()), paused()));
        reasons.put("ingesting, staged", hintOf(in(new AppPhase.Ingesting(7)), staged()));
        reasons.put(
                "ingesting, turn of others",
                hint(in(new AppPhase.Ingesting(7)), Map.of(N1, report(staged()), N2, report(staged())), true, false));
        replicas()
                .forEach((state, replica) ->
                        reasons.put("canceled, " + state, hintOf(in(AppPhase.CleaningUp.canceled("why")), replica)));
        published()
                .forEach((state, replica) ->
                        reasons.put("succeeded, " + state, hintOf(in(AppPhase.CleaningUp.succeeded(7)), replica)));
        reasons.put("failed", hintOf(in(AppPhase.CleaningUp.failed(ERROR)), staged()));
        reasons.put("ended, canceled", hintAtTheEnd(AppEvent.of(AppEvent.Kind.CANCEL)));
        reasons.put("ended, app dropped", hintAtTheEnd(AppEvent.of(AppEvent.Kind.APP_DROPPED)));
        reasons.put("ended, failed", hintAtTheEnd(AppEvent.sourceFailed(ERROR)));
        PartitionLoad[] many = new PartitionLoad[20];
        Arrays.fill(many, group(null, N1, N2));
        String hints = hint(load(new AppPhase.Downloading(), many), Map.of());
        reasons.put("many partitions, the end", hints.substring(hints.lastIndexOf("; ") + 2));
        reasons.values().removeIf(String::isEmpty);
        return reasons;
    }

    private static Map<String, ReplicaLoad> replicas() {
        LoadOrder download = order(LoadGoal.DOWNLOAD, false);
        Map<String, ReplicaLoad> states = new LinkedHashMap<>();
        states.put("leftover", new ReplicaLoad.Leftover(5, 1));
        states.put("waiting", new ReplicaLoad.Waiting(download, 1));
        states.put("fetching the manifest", new ReplicaLoad.Fetching(download, 1, FileTotals.UNKNOWN));
        states.put("fetching", new ReplicaLoad.Fetching(download, 1, TOTALS));
        states.put("verifying", new ReplicaLoad.Verifying(download, 1, TOTALS, false));
        states.put("verifying deeply", new ReplicaLoad.Verifying(order(LoadGoal.DOWNLOAD, true), 1, TOTALS, true));
        states.put("stopping", new ReplicaLoad.Stopping(5, 1, TOTALS, order(LoadGoal.PAUSE, false)));
        states.put("paused", paused());
        states.put("staged", staged());
        states.put("failed on the node", new ReplicaLoad.Failed(download, 1, TOTALS, ERROR, true));
        states.put("cleaning up", new ReplicaLoad.CleaningUp(5, 1, LoadOrder.cleanUp(5)));
        return states;
    }

    private static Map<String, ReplicaLoad> published() {
        Map<String, ReplicaLoad> states = new LinkedHashMap<>();
        states.put("published", new ReplicaLoad.Published(5, 1, 40, TOTALS, false));
        states.put("not flushed", new ReplicaLoad.Published(5, 1, 40, TOTALS, true));
        states.put("cleaning up", new ReplicaLoad.CleaningUp(5, 1, LoadOrder.cleanUp(5)));
        return states;
    }

    private static ReplicaLoad paused() {
        return new ReplicaLoad.Paused(order(LoadGoal.PAUSE, false), 1);
    }

    private static ReplicaLoad staged() {
        return new ReplicaLoad.Staged(5, 1, TOTALS, false, "full");
    }

    private static LoadOrder order(LoadGoal goal, boolean deep) {
        return new LoadOrder(5, goal, "local", "r/c/a/0", "digest", 0, 0, 1, "full", deep, 0);
    }

    private static AppLoad downloading() {
        return in(new AppPhase.Downloading());
    }

    private static AppLoad in(AppPhase phase) {
        return load(phase, group(N1, N1, N2));
    }

    private static PartitionLoad group(@Nullable HostPort primary, HostPort... members) {
        return PartitionLoad.of(BALLOT, primary, List.of(members)).pinned(PIN);
    }

    private static AppLoad load(AppPhase phase, PartitionLoad... partitions) {
        LoadPlan plan = new LoadPlan(5, 1, new LoadSource("local", "r", "c", "a"), 0, 0, "full", 2, 0, 0);
        return new AppLoad(plan, phase, List.of(partitions));
    }

    /** The first member is as far as it can be, so that the hint speaks of the other. */
    private static String hintOf(AppLoad load, ReplicaLoad second) {
        ReplicaLoad first = load.phase().goal() == LoadGoal.PUBLISH
                ? new ReplicaLoad.Published(5, 1, 40, TOTALS, false)
                : load.phase().goal() == LoadGoal.CLEAN_UP ? new ReplicaLoad.Idle(5, 1) : staged();
        return hint(load, Map.of(N1, report(first), N2, report(second)));
    }

    private static String hintAtTheEnd(AppEvent reason) {
        Ruling.Go cleansUp = (Ruling.Go) new AppPhase.Downloading().on(reason);
        Ruling.Go ends = (Ruling.Go) cleansUp.next().on(AppEvent.of(AppEvent.Kind.ALL_CLEAN));
        return hint(in(ends.next()), Map.of());
    }

    private static String hint(AppLoad load, Map<HostPort, MemberReport> heard) {
        return hint(load, heard, true, true);
    }

    private static String hint(
            AppLoad load, Map<HostPort, MemberReport> heard, boolean secondIsLive, boolean turnHasCome) {
        LoadReports reports = new LoadReports(5);
        reports.hear(0, BALLOT, 5, heard);
        LoadQuery query = new LoadQuery("users", 3, node -> secondIsLive || !node.equals(N2), gpid -> turnHasCome);
        return query.of(load, reports).getHintMsg();
    }

    private static MemberReport report(ReplicaLoad replica) {
        LoadError error = replica instanceof ReplicaLoad.Failed failed ? failed.error() : null;
        return report(replica.loadId(), replica.phase(), error, replica.message());
    }

    private static MemberReport throttled(Reason reason) {
        ThrottleState throttle = new ThrottleState(16_777_216, reason, 4_100, 900, 1_000, true, 1_500, 30_000_000);
        return report(5, MemberPhase.DOWNLOADING, null, "downloads (" + throttle.hint() + ")");
    }

    private static MemberReport report(long loadId, MemberPhase phase, @Nullable LoadError error, String message) {
        return new MemberReport(loadId, phase, 37, 100, 0, 0, 2, error, error != null, message, "digest", false, 1, 1);
    }
}
