package dev.sluice.replica.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompactionEnvsTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** {@code last}: the trigger, and when it finished, of the last compaction; {@code due}: once, periodic or nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                "-;                                                   0 1970-01-01T01:00; 2026-11-28T03:10; nothing",
                "once.trigger_time=7;                                 0 1970-01-01T01:00; 2026-11-28T03:10; once",
                "once.trigger_time=7;                                 7 2026-11-01T12:00; 2026-11-28T03:10; nothing",
                "once.trigger_time=7;                                 8 2026-11-01T12:00; 2026-11-28T03:10; once",
                "once.trigger_time=9999999999;                        7 2026-11-01T12:00; 2026-11-28T03:10; once",
                "once.trigger_time=7 disabled=true;                   0 1970-01-01T01:00; 2026-11-28T03:10; nothing",
                "once.trigger_time=7 disabled=True;                   0 1970-01-01T01:00; 2026-11-28T03:10; nothing",
                "once.trigger_time=7 disabled=false;                  0 1970-01-01T01:00; 2026-11-28T03:10; once",
                "once.trigger_time=soon;                              0 1970-01-01T01:00; 2026-11-28T03:10; nothing",
                "periodic.trigger_time=3:00;                          0 1970-01-01T01:00; 2026-11-28T02:59; nothing",
                "periodic.trigger_time=3:00;                          0 1970-01-01T01:00; 2026-11-28T03:00; periodic",
                "periodic.trigger_time=03:00;                         0 1970-01-01T01:00; 2026-11-28T03:59; periodic",
                "periodic.trigger_time=3:00;                          0 1970-01-01T01:00; 2026-11-28T04:00; nothing",
                "periodic.trigger_time=3:00;                          0 2026-11-27T03:20; 2026-11-28T03:10; periodic",
                "periodic.trigger_time=3:00;                          0 2026-11-28T03:05; 2026-11-28T03:10; nothing",
                "'periodic.trigger_time=3:00,21:30';                  0 2026-11-28T03:05; 2026-11-28T21:31; periodic",
                "'periodic.trigger_time=3:00,21:30';                  0 2026-11-28T03:05; 2026-11-28T20:31; nothing",
                "periodic.trigger_time=23:30;                         0 2026-11-27T03:05; 2026-11-28T00:10; periodic",
                "periodic.trigger_time=24:00;                         0 1970-01-01T01:00; 2026-11-28T00:10; nothing",
                "periodic.trigger_time=3:00 once.trigger_time=7;      6 2026-11-27T03:20; 2026-11-28T03:10; once",
                "periodic.trigger_time=3:00 once.trigger_time=7;      7 2026-11-27T03:20; 2026-11-28T03:10; periodic",
                "periodic.trigger_time=3:00;                          0 2030-01-01T00:00; 2026-11-28T03:10; periodic",
                // the clock on the wall goes from 2:00 to 3:00 that night, and from 3:00 back to 2:00 in the other
                "periodic.trigger_time=2:30;                          0 2026-03-28T02:40; 2026-03-29T03:40; periodic",
                "periodic.trigger_time=2:30;                          0 2026-10-24T02:40; 2026-10-25T02:40; periodic"
            })
    void aCompactionIsDue(@Nullable String envs, String last, String now, String due) {
        String[] mark = last.split(" ", 2);
        var found = envs(envs).due(new CompactionMark(Long.parseLong(mark[0]), seconds(mark[1])), seconds(now), BERLIN);
        assertThat(found.map(order -> order.isPeriodic() ? "periodic" : "once").orElse("nothing"))
                .isEqualTo(due);
    }

    @Test
    void anOrderSaysHow() {
        assertThat(envs("once.trigger_time=7").due(CompactionMark.NONE, 0, BERLIN))
                .hasValue(new CompactionOrder(false, Engine.ANY_LEVEL, false, Integer.MAX_VALUE));
        assertThat(envs("once.trigger_time=7 once.target_level=3 once.bottommost_level_compaction=force "
                                + "max_concurrent_running_count=2")
                        .due(CompactionMark.NONE, 0, BERLIN))
                .hasValue(new CompactionOrder(false, 3, true, 2));
        assertThat(envs("periodic.trigger_time=1:00 once.target_level=3 once.bottommost_level_compaction=force")
                        .due(CompactionMark.NONE, seconds("2026-11-28T01:01"), BERLIN))
                .hasValue(new CompactionOrder(true, Engine.ANY_LEVEL, false, Integer.MAX_VALUE));
        assertThat(envs("periodic.trigger_time=1:00 periodic.target_level=0 periodic.bottommost_level_compaction=often")
                        .due(CompactionMark.NONE, seconds("2026-11-28T01:01"), BERLIN))
                .hasValue(new CompactionOrder(true, Engine.ANY_LEVEL, false, Integer.MAX_VALUE));
        assertThat(envs("once.trigger_time=7 once.target_level=9999999999 max_concurrent_running_count=-1")
                        .due(CompactionMark.NONE, 0, BERLIN))
                .hasValue(new CompactionOrder(false, Integer.MAX_VALUE, false, Integer.MAX_VALUE));
    }

    @Test
    void timesOfTheDayAreOnlySoMany() {
        assertThat(envs("periodic.trigger_time=" + "3:00,".repeat(10_000)).periodicTimes())
                .hasSize(1);
        String all = IntStream.range(0, 1_440)
                .mapToObj(minute -> "%d:%02d".formatted(minute / 60, minute % 60))
                .collect(Collectors.joining(","));
        assertThat(envs("periodic.trigger_time=" + all).periodicTimes()).hasSize(24);
    }

    private static CompactionEnvs envs(@Nullable String text) {
        return CompactionEnvs.of(
                text == null
                        ? Map.of()
                        : Arrays.stream(text.split(" ", -1))
                                .map(env -> env.split("=", 2))
                                .collect(Collectors.toMap(env -> "manual_compact." + env[0], env -> env[1])));
    }

    private static long seconds(String time) {
        return LocalDateTime.parse(time).atZone(BERLIN).toEpochSecond();
    }
}
