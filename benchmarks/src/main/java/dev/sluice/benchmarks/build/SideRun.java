package dev.sluice.benchmarks.build;

import dev.sluice.benchmarks.measure.MeasuredProcess;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one side came to once.
 *
 * @param process from the start of its process to its end
 * @param job what the process measured of the work alone; null if it did not
 * @param rows that it wrote
 * @param writtenBytes of the files with rows
 */
record SideRun(
        CsvInput input, MeasuredProcess process, @Nullable Job job, long rows, long writtenBytes) {
    private static final double BYTES_PER_MB = 1e6;

    /**
     * The work without starting what it needs.
     *
     * @param cpuSeconds of the whole process meanwhile
     */
    record Job(double seconds, double cpuSeconds) {}

    boolean hasAllRows() {
        return rows == input.rows();
    }

    double rowsPerSecond(double seconds) {
        return rows / seconds;
    }

    double inputMegabytesPerSecond(double seconds) {
        return input.bytes() / BYTES_PER_MB / seconds;
    }

    double writtenMegabytesPerSecond(double seconds) {
        return writtenBytes / BYTES_PER_MB / seconds;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rows", rows);
        json.put("input_bytes", input.bytes());
        json.put("written_bytes", writtenBytes);
        json.put("seconds", process.seconds());
        json.put("cpu_seconds", process.cpuSeconds());
        json.put("processors_of_others", process.othersProcessors());
        json.put("resident_bytes_max", process.residentBytesMax());
        if (job != null) {
            json.put("job_seconds", job.seconds());
            json.put("job_cpu_seconds", job.cpuSeconds());
        }
        return json;
    }
}
