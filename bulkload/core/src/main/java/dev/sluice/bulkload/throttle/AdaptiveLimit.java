package dev.sluice.bulkload.throttle;

import dev.sluice.bulkload.throttle.ThrottleState.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import org.HdrHistogram.Histogram;

/**
 * The limit of a node's transfers, which follows the p99 of its clients' reads: halved as long as reads are slow, raised
 * slowly when they are well, and none at all where nobody reads.
 *
 * <p>Slow means slow compared with the quiet p99, which is measured while nothing is transferred; before there was such a time
 * it is an option. Halving ends at a floor. What gave trouble is remembered: near that rate the limit is raised very slowly,
 * so that reads meet it seldom (one read in a hundred is what a p99 hides).
 *
 * <p>Looked at every {@link #TICK_MS}. Belongs to one thread at a time.
 */
public final class AdaptiveLimit {
    /** It is to be looked at so often: several times within the second in which it gives way. */
    public static final long TICK_MS = 200;

    /** Longest read that is told apart from longer ones. */
    public static final long READ_MICROS_MAX = 60_000_000;

    /** Significant digits of a latency: one is a sixteenth, which is enough here, and makes a look eight times cheaper than two. */
    public static final int READ_DIGITS = 1;

    /** Reads of so long ago still count. */
    static final long WINDOW_MS = 1_000;
    /** If they are fewer than {@link #READS_MIN}, older ones count as well, up to this age. */
    static final long WINDOW_MS_MAX = 5_000;
    /** Fewer reads have no p99 that means anything. */
    static final int READS_MIN = 20;
    /** Over a network nobody notices a p99 that is longer by less than this. */
    static final long NOTICED_MICROS = 200;
    /** From giving way to the next raise. */
    static final long HOLD_MS = 1_000;
    /** From the last byte to the first quiet read: what was written before goes to the disk meanwhile. */
    static final long SETTLE_MS = 1_000;
    /** After so long without trouble its rate says no more: something else may have been the reason. */
    static final long TROUBLE_MS = 30_000;
    /** Without transfers for so long, the limit is forgotten: the next ones are others. */
    static final long FORGET_MS = 10_000;

    private static final double CUT = 0.5;
    private static final double RAISE_PER_SECOND = 0.25;
    private static final double RAISE_PER_SECOND_NEAR_TROUBLE = 0.02;
    private static final double NEAR_TROUBLE = 0.75;
    private static final int QUIET_WINDOWS_REMEMBERED = 60;

    private final Histogram noReads = new Histogram(READ_MICROS_MAX, READ_DIGITS);
    private ThrottleSettings settings;
    private final Deque<Interval> window = new ArrayDeque<>();
    private long lastTickMs;
    private long lastTransferMs;
    private long lastCutMs;
    private long lastQuietMs;
    /** Of its own, without the settings' maximum; 0 is none. */
    private double limit;
    /** Reads became slow at this rate; 0 if they never did. */
    private double trouble;

    private double quietMicros;
    private int quietWindows;
    private ThrottleState state;

    /** What was seen between two looks. */
    private record Interval(long endMs, long lengthMs, Histogram readMicros, long bytes) {
        double bytesPerSecond() {
            return bytes * 1000.0 / lengthMs;
        }
    }

    /** Without a limit of its own. */
    public AdaptiveLimit(ThrottleSettings settings, long nowMs) {
        this.settings = settings;
        this.lastTickMs = nowMs;
        this.lastTransferMs = nowMs - WINDOW_MS;
        this.lastCutMs = nowMs - HOLD_MS;
        this.lastQuietMs = nowMs;
        this.state = describe(Reason.NO_LIMIT, 0, 0);
    }

    /** As it was at the last look, or at the last change of the settings. */
    public ThrottleState state() {
        return state;
    }

    /** What is wanted now; counts at once. */
    public ThrottleState set(ThrottleSettings wanted) {
        settings = wanted;
        if (!wanted.adaptive()) {
            forget();
        }
        limit = limit == 0 ? 0 : Math.max(limit, (double) wanted.least());
        state = describe(state.reason(), state.readP99Micros(), state.reads());
        return state;
    }

    /**
     * Looks at what happened since the last look.
     *
     * @param readMicros reads of clients that were answered; copied, so that the caller may use it again
     * @param bytes that were transferred
     */
    public ThrottleState onTick(long nowMs, Histogram readMicros, long bytes) {
        long lengthMs = Math.max(1, nowMs - lastTickMs);
        lastTickMs = nowMs;
        window.addLast(
                new Interval(nowMs, lengthMs, readMicros.getTotalCount() == 0 ? noReads : readMicros.copy(), bytes));
        dropOld(nowMs);
        if (bytes > 0) {
            lastTransferMs = nowMs;
        }
        Histogram reads = reads();
        long count = reads.getTotalCount();
        long p99 = count < READS_MIN ? 0 : reads.getValueAtPercentile(99);
        Reason reason = state.reason();
        onQuiet(nowMs, p99);
        if (nowMs - lastTransferMs >= FORGET_MS) {
            forget();
        } else if (settings.adaptive() && nowMs - lastTransferMs < WINDOW_MS) {
            reason = onTransfer(nowMs, lengthMs, p99);
        }
        state = describe(reason, p99, count);
        return state;
    }

    private void dropOld(long nowMs) {
        long reads = window.stream()
                .mapToLong(each -> each.readMicros().getTotalCount())
                .sum();
        while (!window.isEmpty()) {
            Interval oldest = window.getFirst();
            long ageMs = nowMs - oldest.endMs();
            reads -= oldest.readMicros().getTotalCount();
            if (ageMs < WINDOW_MS || (ageMs < WINDOW_MS_MAX && reads < READS_MIN)) {
                return;
            }
            window.removeFirst();
        }
    }

    private Histogram reads() {
        Histogram all = noReads;
        for (Interval each : window) {
            if (each.readMicros().getTotalCount() > 0) {
                all = all.getTotalCount() == 0 ? new Histogram(READ_MICROS_MAX, READ_DIGITS) : all;
                all.add(each.readMicros());
            }
        }
        return all;
    }

    private void onQuiet(long nowMs, long p99) {
        Interval oldest = window.getFirst();
        long beganMs = oldest.endMs() - oldest.lengthMs();
        // Windows side by side, so that no read counts twice.
        if (p99 > 0 && beganMs >= lastTransferMs + SETTLE_MS && beganMs >= lastQuietMs) {
            quietWindows = Math.min(quietWindows + 1, QUIET_WINDOWS_REMEMBERED);
            quietMicros += (p99 - quietMicros) / quietWindows;
            lastQuietMs = nowMs;
        }
    }

    private Reason onTransfer(long nowMs, long lengthMs, long p99) {
        boolean holds = nowMs - lastCutMs < HOLD_MS;
        if (p99 > slowMicros()) {
            return giveWay(nowMs);
        }
        if (limit == 0) {
            return Reason.NO_LIMIT;
        }
        boolean nearlySlow = p99 > (quietP99Micros() + slowMicros()) / 2;
        if (holds || nearlySlow) {
            return Reason.HOLDS;
        }
        // A limit that is not in the way is not raised: it would be far too high when it is needed.
        if (fastest() > limit / 2) {
            boolean nearTrouble = p99 > 0 && limit > trouble * NEAR_TROUBLE && nowMs - lastCutMs < TROUBLE_MS;
            double perSecond = nearTrouble ? RAISE_PER_SECOND_NEAR_TROUBLE : RAISE_PER_SECOND;
            limit *= 1 + perSecond * Math.min(lengthMs, 1_000) / 1000;
        }
        return Reason.RECOVERS;
    }

    private Reason giveWay(long nowMs) {
        double used = limit == 0 ? fastest() : Math.min(limit, fastest());
        boolean atFloor = limit > 0 && limit <= settings.least();
        if (!atFloor) {
            // Several cuts in a row belong to one trouble: what counts is the rate at which it began.
            trouble = nowMs - lastCutMs < HOLD_MS ? Math.max(trouble, used) : used;
            limit = Math.max((double) settings.least(), used * CUT);
        }
        lastCutMs = nowMs;
        // The reads that were slow are answered for; only those behind the cut tell whether it was enough.
        window.removeIf(each -> each.endMs() < nowMs);
        Interval last = window.removeLast();
        window.addLast(new Interval(last.endMs(), last.lengthMs(), noReads, last.bytes()));
        return limit <= settings.least() ? Reason.FLOOR : Reason.READS_ARE_SLOW;
    }

    private double fastest() {
        return window.stream().mapToDouble(Interval::bytesPerSecond).max().orElse(0);
    }

    private void forget() {
        limit = 0;
        trouble = 0;
    }

    private long quietP99Micros() {
        return quietWindows == 0 ? settings.assumedQuietMicros() : Math.max(1, Math.round(quietMicros));
    }

    private long slowMicros() {
        long quiet = quietP99Micros();
        return quiet + Math.max(quiet * (settings.slowPercent() - 100) / 100, NOTICED_MICROS);
    }

    private ThrottleState describe(Reason reason, long p99, long reads) {
        long ofItsOwn = settings.adaptive() ? Math.round(limit) : 0;
        long effective = settings.atMost(ofItsOwn);
        Reason why;
        if (effective == 0) {
            why = Reason.NO_LIMIT;
        } else if (ofItsOwn == 0 || effective < ofItsOwn) {
            why = Reason.MAX;
        } else {
            why = reason == Reason.NO_LIMIT || reason == Reason.MAX ? Reason.HOLDS : reason;
        }
        long moved = Math.round(window.stream().mapToDouble(Interval::bytes).sum()
                * 1000
                / Math.max(1, window.stream().mapToLong(Interval::lengthMs).sum()));
        return new ThrottleState(effective, why, p99, reads, quietP99Micros(), quietWindows > 0, slowMicros(), moved);
    }
}
