package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.load.LoadResult.ForegroundFigures;
import dev.sluice.benchmarks.measure.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What loads are to reach on two cores, and whether a run did. */
final class LoadTargets {
    private static final double CLIENT_RATIO_MIN = 20;
    private static final double PUBLISH_WRITE_MS_MAX = 50;

    private static final double ROLLBACK_SECONDS_MAX = 1;
    /** Two generations of as many bytes, and logs. */
    private static final double SPACE_LEFT_MAX = 0.6;

    private LoadTargets() {}

    /** @param clientSeconds that the same rows take through the client */
    static List<Target> of(List<LoadResult> results, double clientSeconds) {
        List<Target> targets = new ArrayList<>();
        for (LoadResult result : results) {
            if (!result.loadCase().hasForeground()) {
                addSpeed(targets, result, clientSeconds);
            }
            for (LoadResult.Round round : result.rounds()) {
                if (round.rollback() != null) {
                    addRollback(targets, result.loadCase(), round.rollback());
                }
                if (round.foreground() != null) {
                    addForeground(targets, result.loadCase(), round.foreground());
                }
            }
        }
        return targets;
    }

    private static void addSpeed(List<Target> targets, LoadResult result, double clientSeconds) {
        LoadCase loadCase = result.loadCase();
        double copies = result.copyRatio().median();
        double copiesMax = loadCase.transfer().copyRatioMax();
        targets.add(new Target(
                text(
                        "%s: time ÷ time to copy the same bytes %d times with fsync at most %s: %.2f",
                        loadCase.title(), Cluster.REPLICAS, plain(copiesMax), copies),
                copies,
                copies <= copiesMax));
        double faster = clientSeconds / result.seconds().median();
        targets.add(new Target(
                text(
                        "%s: at least %s × faster than the same rows through the client: %.1f ×",
                        loadCase.title(), plain(CLIENT_RATIO_MIN), faster),
                faster,
                faster >= CLIENT_RATIO_MIN));
    }

    private static void addRollback(List<Target> targets, LoadCase loadCase, Rollback rollback) {
        targets.add(new Target(
                text("%s: rollback within 1 s: %.3f s", loadCase.title(), rollback.seconds()),
                rollback.seconds(),
                rollback.seconds() <= ROLLBACK_SECONDS_MAX));
        targets.add(new Target(
                text(
                        "%s: the space of an old generation comes back: %,d MiB with both, %,d MiB after",
                        loadCase.title(), rollback.bytesWithBoth() >> 20, rollback.bytesAfter() >> 20),
                rollback.bytesAfter(),
                rollback.bytesAfter() < SPACE_LEFT_MAX * rollback.bytesWithBoth()));
    }

    private static void addForeground(List<Target> targets, LoadCase loadCase, ForegroundFigures foreground) {
        double reads = foreground.readRatio();
        double readsMax = loadCase.mode().readRatioMax();
        targets.add(new Target(
                text("%s: read p99 during the load ÷ quiet at most %s: %.2f", loadCase.title(), plain(readsMax), reads),
                reads,
                reads <= readsMax));
        targets.add(new Target(
                text(
                        "%s: failed or rejected operations 0: %d failed, %d rejected, %d wrong",
                        loadCase.title(), foreground.failed(), foreground.rejected(), foreground.wrong()),
                foreground.notRight(),
                foreground.notRight() == 0));
        double pause = foreground.publishWriteMsMax();
        targets.add(new Target(
                text(
                        "%s: slowest write around publish at most %s ms: %.1f ms",
                        loadCase.title(), plain(PUBLISH_WRITE_MS_MAX), pause),
                pause,
                pause <= PUBLISH_WRITE_MS_MAX));
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** Without decimals where there are none. */
    private static String plain(double number) {
        return number == Math.rint(number) ? text("%.0f", number) : text("%s", number);
    }
}
