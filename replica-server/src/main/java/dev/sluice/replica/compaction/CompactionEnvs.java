package dev.sluice.replica.compaction;

import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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

    private static final int PERIODIC_TIMES_MAX = 24;
    private static final Pattern TIME_OF_DAY = Pattern.compile("([01]?\\d|2[0-3]):[0-5]\\d");

    private static final String DISABLED = "manual_compact.disabled";
    private static final String CONCURRENT_MAX = "manual_compact.max_concurrent_running_count";
    private static final String ONCE_TRIGGER = "manual_compact.once.trigger_time";
    private static final String ONCE_LEVEL = "manual_compact.once.target_level";
    private static final String ONCE_LAST = "manual_compact.once.bottommost_level_compaction";
    private static final String PERIODIC_TIMES = "manual_compact.periodic.trigger_time";
    private static final String PERIODIC_LEVEL = "manual_compact.periodic.target_level";
    private static final String PERIODIC_LAST = "manual_compact.periodic.bottommost_level_compaction";

    /** How to compact. */
    record Order(int targetLevel, boolean rewritesLast) {
        private static Order of(Map<String, String> envs, String level, String last) {
            long wanted = number(envs, level, 1, Engine.ANY_LEVEL);
            return new Order((int) Math.min(Integer.MAX_VALUE, wanted), "force".equals(envs.get(last)));
        }
    }

    static CompactionEnvs of(Map<String, String> envs) {
        return new CompactionEnvs(
                "true".equalsIgnoreCase(envs.get(DISABLED)),
                number(envs, ONCE_TRIGGER, 1, 0),
                Order.of(envs, ONCE_LEVEL, ONCE_LAST),
                times(envs.getOrDefault(PERIODIC_TIMES, "")),
                Order.of(envs, PERIODIC_LEVEL, PERIODIC_LAST),
                (int) Math.min(Integer.MAX_VALUE, number(envs, CONCURRENT_MAX, 0, Integer.MAX_VALUE)));
    }

    private static long number(Map<String, String> envs, String name, long min, long otherwise) {
        try {
            long value = Long.parseLong(envs.getOrDefault(name, ""));
            return value < min ? otherwise : value;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static List<LocalTime> times(String text) {
        return Pattern.compile(",")
                .splitAsStream(text)
                .filter(time -> TIME_OF_DAY.matcher(time).matches())
                .map(time -> LocalTime.parse(time.length() == 4 ? "0" + time : time))
                .distinct()
                .limit(PERIODIC_TIMES_MAX)
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
                        && !isBetween(moment, last.finishedAtSeconds(), nowSeconds));
        return isTime ? Optional.of(periodicOrder()) : Optional.empty();
    }

    /** One from the future has been noted by another clock, and says nothing. */
    private static boolean isBetween(long from, long finished, long now) {
        return from <= finished && finished <= now;
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
