package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.measure.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What one case came to, round by round. */
final class LoadResult {
    private static final double BYTES_PER_GB = 1e9;

    private final LoadCase loadCase;
    private final List<Round> rounds = new ArrayList<>();

    LoadResult(LoadCase loadCase) {
        this.loadCase = loadCase;
    }

    /**
     * One round.
     *
     * @param seconds from the start request to SUCCEED
     * @param secondsToEnd from the start request until nothing of the load is left
     * @param copySeconds of copying the same bytes for every replica, measured just before
     * @param setBytes of the file set
     * @param bytesFromStore that the replicas read
     * @param cpuSeconds of this process until SUCCEED: servers, client, foreground
     * @param othersCpuSeconds of all other processes of the machine in that time
     * @param rollback null if there was nothing to go back to, or others wrote meanwhile
     * @param foreground null if there was none
     */
    record Round(
            double seconds,
            double secondsToEnd,
            double copySeconds,
            long setBytes,
            long bytesFromStore,
            double cpuSeconds,
            double othersCpuSeconds,
            long heapBytesMax,
            long residentBytesMax,
            long wrongRows,
            @Nullable Rollback rollback,
            @Nullable ForegroundFigures foreground) {
        double copyRatio() {
            return seconds / copySeconds;
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("seconds", seconds);
            json.put("seconds_to_end", secondsToEnd);
            json.put("copy_seconds", copySeconds);
            json.put("set_bytes", setBytes);
            json.put("bytes_from_store", bytesFromStore);
            json.put("cpu_seconds", cpuSeconds);
            json.put("others_cpu_seconds", othersCpuSeconds);
            json.put("heap_bytes_max", heapBytesMax);
            json.put("resident_bytes_max", residentBytesMax);
            json.put("wrong_rows", wrongRows);
            if (rollback != null) {
                json.put("rollback", rollback.json());
            }
            if (foreground != null) {
                json.put("foreground", foreground.json());
            }
            return json;
        }
    }

    /** Some time of the foreground. */
    enum Time {
        QUIET,
        DURING,
        AFTER
    }

    /**
     * What the foreground found.
     *
     * @param publishWriteMsMax slowest write that was to begin while the load was published, or in the second after
     */
    record ForegroundFigures(
            Map<Time, Samples.Figures> reads,
            Map<Time, Samples.Figures> writes,
            double publishWriteMsMax,
            long rejected,
            long failed,
            long wrong,
            Map<String, Object> errors) {
        /** p99 of reads during the load, in times of the quiet one. */
        double readRatio() {
            return of(reads, Time.DURING).p99Ms() / of(reads, Time.QUIET).p99Ms();
        }

        static Samples.Figures of(Map<Time, Samples.Figures> figures, Time time) {
            Samples.Figures found = figures.get(time);
            if (found == null) {
                throw new IllegalStateException("no figures of " + time);
            }
            return found;
        }

        long notRight() {
            return rejected + failed + wrong;
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("reads", json(reads));
            json.put("writes", json(writes));
            json.put("publish_write_ms_max", publishWriteMsMax);
            json.put("rejected", rejected);
            json.put("failed", failed);
            json.put("wrong", wrong);
            json.put("errors", errors);
            return json;
        }

        private static Map<String, Object> json(Map<Time, Samples.Figures> figures) {
            Map<String, Object> json = new LinkedHashMap<>();
            figures.forEach((time, found) -> json.put(time.name().toLowerCase(Locale.ROOT), found.json()));
            return json;
        }
    }

    void add(Round round) {
        rounds.add(round);
    }

    LoadCase loadCase() {
        return loadCase;
    }

    List<Round> rounds() {
        return List.copyOf(rounds);
    }

    Summary seconds() {
        return summary(Round::seconds);
    }

    Summary copyRatio() {
        return summary(Round::copyRatio);
    }

    Summary megabytesPerSecond() {
        return summary(round -> round.setBytes() / 1e6 / round.seconds());
    }

    Summary bytesFromStorePerByte() {
        return summary(round -> (double) round.bytesFromStore() / round.setBytes());
    }

    Summary cpuSecondsPerGb() {
        return summary(round -> round.cpuSeconds() / (round.setBytes() / BYTES_PER_GB));
    }

    /** Processors that other processes of the machine kept busy: with much of that a run says little. */
    Summary othersProcessors() {
        return summary(round -> round.othersCpuSeconds() / round.seconds());
    }

    long heapBytesMax() {
        return rounds.stream().mapToLong(Round::heapBytesMax).max().orElse(0);
    }

    long residentBytesMax() {
        return rounds.stream().mapToLong(Round::residentBytesMax).max().orElse(0);
    }

    /** Rows that were wrong, and operations that were rejected, failed or read something wrong. */
    long notRight() {
        return rounds.stream()
                .mapToLong(round -> round.wrongRows()
                        + (round.foreground() == null ? 0 : round.foreground().notRight()))
                .sum();
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("case", loadCase.name());
        json.put("seconds", seconds().json());
        json.put("times_of_copy", copyRatio().json());
        json.put("megabytes_per_second", megabytesPerSecond().json());
        json.put("bytes_from_store_per_byte", bytesFromStorePerByte().json());
        json.put("cpu_seconds_per_gb", cpuSecondsPerGb().json());
        json.put("processors_of_others", othersProcessors().json());
        json.put("rounds", rounds.stream().map(Round::json).toList());
        return json;
    }

    private Summary summary(ToDoubleFunction<Round> figure) {
        return Summary.of(rounds.stream().map(figure::applyAsDouble).toList());
    }
}
