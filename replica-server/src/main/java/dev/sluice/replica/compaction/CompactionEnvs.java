package dev.sluice.replica.compaction;

import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the envs of an app say about compaction. The meta server checks values when they are set; one that cannot be read here
 * counts as absent.
 *
 * @param onceTrigger {@code manual_compact.once.trigger_time}; 0 for none. Each value that differs from the one before asks
 *     for one compaction
 * @param periodicTimes {@code manual_compact.periodic.trigger_time}: times of the day, by the clock on the server's wall
 */
record CompactionEnvs(
        boolean isDisabled,
        long onceTrigger,
        Order once,
        List<LocalTime> periodicTimes,
        Order periodic,
        int concurrentMax) {
    /**
     * A time of the day asks for a compaction for so long after it has passed: an env that is set in the afternoon does not mean the
     * night before, and a server that is down for a moment does not miss the night.
     */
    static final long PERIODIC_WINDOW_SECONDS = 3_600;

    private static final String PREFIX = "manual_compact.";
    private static final String ONCE = PREFIX + "once.";
    private static final String PERIODIC = PREFIX + "periodic.";

    /** How to compact. */
    record Order(int targetLevel, boolean rewritesLast) {
        private static Order of(Map<String, String> envs, String prefix) {
            long level = number(envs, prefix + "target_level", Engine.ANY_LEVEL);
            return new Order(
                    level < 1 ? Engine.ANY_LEVEL : (int) Math.min(level, Integer.MAX_VALUE),
                    "force".equals(envs.get(prefix + "bottommost_level_compaction")));
        }
    }

    static CompactionEnvs of(Map<String, String> envs) {
        long concurrentMax = number(envs, PREFIX + "max_concurrent_running_count", Integer.MAX_VALUE);
        return new CompactionEnvs(
                "true".equalsIgnoreCase(envs.get(PREFIX + "disabled")),
                Math.max(0, number(envs, ONCE + "trigger_time", 0)),
                Order.of(envs, ONCE),
                times(envs.getOrDefault(PERIODIC + "trigger_time", "")),
                Order.of(envs, PERIODIC),
                (int) Math.min(concurrentMax, Integer.MAX_VALUE));
    }

    private static long number(Map<String, String> envs, String name, long otherwise) {
        try {
            return Long.parseLong(envs.getOrDefault(name, ""));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static List<LocalTime> times(String text) {
        return Arrays.stream(text.split(",", -1))
                .filter(time -> time.matches("([01]?\\d|2[0-3]):[0-5]\\d"))
                .map(time -> LocalTime.parse(time.length() == 4 ? "0" + time : time))
                .toList();
    }

    /**
     * What is to be done now.
     *
     * @param last of the replica
     * @param nowSeconds since 1970
     * @param zone of the times of the day
     */
    Optional<CompactionOrder> due(CompactionMark last, long nowSeconds, ZoneId zone) {
        if (isDisabled) {
            return Optional.empty();
        }
        if (onceTrigger != 0 && onceTrigger != last.trigger()) {
            return Optional.of(order(false, once));
        }
        LocalDate today = LocalDate.ofInstant(Instant.ofEpochSecond(nowSeconds), zone);
        boolean isTime = periodicTimes.stream()
                .flatMap(time -> Stream.of(today, today.minusDays(1)).map(day -> day.atTime(time)))
                .mapToLong(moment -> moment.atZone(zone).toEpochSecond())
                .anyMatch(moment -> moment <= nowSeconds
                        && nowSeconds < moment + PERIODIC_WINDOW_SECONDS
                        && last.finishedAtSeconds() < moment);
        return isTime ? Optional.of(periodicOrder()) : Optional.empty();
    }

    /** For a compaction that was due at a time of the day, as the envs are now; empty if they ask for none any more. */
    Optional<CompactionOrder> stillDue() {
        return isDisabled || periodicTimes.isEmpty() ? Optional.empty() : Optional.of(periodicOrder());
    }

    private CompactionOrder periodicOrder() {
        return order(true, periodic);
    }

    private CompactionOrder order(boolean isPeriodic, Order how) {
        return new CompactionOrder(isPeriodic, how.targetLevel(), how.rewritesLast(), concurrentMax);
    }
}
