package dev.sluice.replica.compaction;

import dev.sluice.replica.engine.Engine.CompactionMark;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * How far a replica is with the compactions that were asked for.
 *
 * @param last that has finished
 * @param lastTookMs what that took; 0 if not this process did it here
 * @param queuedAtMs since when one waits for its turn, since 1970; 0 for none
 * @param startedAtMs since when one runs, since 1970; 0 for none
 */
public record CompactionView(CompactionMark last, long lastTookMs, long queuedAtMs, long startedAtMs) {
    static final CompactionView NONE = new CompactionView(CompactionMark.NONE, 0, 0, 0);

    /** What an operator calls it. */
    public enum State {
        /** None has finished. */
        IDLE,
        /** Waits for its turn. */
        QUEUING,
        RUNNING,
        /** The last has finished. */
        FINISHED
    }

    public State state() {
        if (startedAtMs != 0) {
            return State.RUNNING;
        }
        if (queuedAtMs != 0) {
            return State.QUEUING;
        }
        return last.finishedAtSeconds() == 0 ? State.IDLE : State.FINISHED;
    }

    /** In words, as Pegasus' servers put it. */
    public String describe(ZoneId zone) {
        StringBuilder text = new StringBuilder("last finish at [")
                .append(last.finishedAtSeconds() == 0 ? "-" : time(last.finishedAtSeconds() * 1000, zone))
                .append(']');
        if (lastTookMs != 0) {
            text.append(", last used ").append(lastTookMs).append(" ms");
        }
        if (startedAtMs != 0) {
            text.append(", recent start at [").append(time(startedAtMs, zone)).append(']');
        } else if (queuedAtMs != 0) {
            text.append(", recent enqueue at [").append(time(queuedAtMs, zone)).append(']');
        }
        return text.toString();
    }

    private static String time(long ms, ZoneId zone) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS")
                .format(Instant.ofEpochMilli(ms).atZone(zone));
    }
}
