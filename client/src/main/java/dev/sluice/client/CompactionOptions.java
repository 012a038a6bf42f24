package dev.sluice.client;

/**
 * How a manual compaction is to run. Immutable; the methods give a changed copy.
 *
 * @param targetLevel of the engine, that all rows end in: from 1 up, or -1 for the lowest that has some
 * @param bottommost also the files of the lowest level are written anew, which gives back the space of what was removed from them; costs the most
 * @param maxRunning a replica begins only while fewer than so many, of whatever apps, compact on its server. It is kept as the app's
 *     env {@code manual_compact.max_concurrent_running_count}; 0 leaves that as it is, and without it there is no limit
 * @param triggerTimeSeconds since 1970; 0: now. It names the compaction, and does not delay it: the same one again starts no
 *     other, so a start with it can be repeated
 */
public record CompactionOptions(int targetLevel, boolean bottommost, int maxRunning, long triggerTimeSeconds) {
    /** To the lowest level that has rows, whose files stay as they are; now. */
    public static final CompactionOptions DEFAULTS = new CompactionOptions(-1, false, 0, 0);

    public CompactionOptions {
        if (targetLevel < -1 || targetLevel == 0) {
            throw new IllegalArgumentException("target level " + targetLevel + ": expected -1 or from 1 up");
        }
        if (maxRunning < 0) {
            throw new IllegalArgumentException("running count " + maxRunning + ": expected from 0 up");
        }
        if (triggerTimeSeconds < 0) {
            throw new IllegalArgumentException("trigger time " + triggerTimeSeconds + ": expected from 0 up");
        }
    }

    public CompactionOptions withTargetLevel(int level) {
        return new CompactionOptions(level, bottommost, maxRunning, triggerTimeSeconds);
    }

    public CompactionOptions withBottommost() {
        return new CompactionOptions(targetLevel, true, maxRunning, triggerTimeSeconds);
    }

    public CompactionOptions withMaxRunning(int count) {
        return new CompactionOptions(targetLevel, bottommost, count, triggerTimeSeconds);
    }

    public CompactionOptions withTriggerTimeSeconds(long seconds) {
        return new CompactionOptions(targetLevel, bottommost, maxRunning, seconds);
    }
}
