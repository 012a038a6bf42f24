package dev.sluice.benchmarks.load;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.client.RowWriter;
import dev.sluice.client.Table;
import dev.sluice.shell.ProgressLine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows of a set, written through the client for a while.
 *
 * @param rows that were written
 * @param seconds that it took
 * @param rowsOfSet rows that there are
 */
record ClientSample(long rows, double seconds, long rowsOfSet) {
    private static final int WRITES_IN_FLIGHT_MAX = 64;
    private static final int ROWS_BETWEEN_REPORTS = 1_000;

    /** Writes rows in an order that knows nothing of partitions, until all are written or the time is over. */
    static ClientSample write(Table table, LoadRows set, double secondsMax, StopSignal stop) throws StoppedException {
        long row = 0;
        long start = System.nanoTime();
        try (ProgressLine line = Progress.of("The same rows through the client (sample)", -1, "rows");
                RowWriter writer = new RowWriter(table, WRITES_IN_FLIGHT_MAX)) {
            while (row < set.rows() && (System.nanoTime() - start) / 1e9 < secondsMax) {
                writer.put(LoadRows.hashKey(row), LoadRows.sortKey(), set.value(row));
                row++;
                if (row % ROWS_BETWEEN_REPORTS == 0) {
                    stop.throwIfStopped();
                    line.add(ROWS_BETWEEN_REPORTS);
                }
            }
            writer.flush();
            line.add(row % ROWS_BETWEEN_REPORTS);
        }
        return new ClientSample(row, (System.nanoTime() - start) / 1e9, set.rows());
    }

    /** How long all rows would take at the rate of the sample. */
    double secondsOfAll() {
        return seconds * rowsOfSet / rows;
    }

    double rowsPerSecond() {
        return rows / seconds;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sample_rows", rows);
        json.put("sample_seconds", seconds);
        json.put("rows_per_second", rowsPerSecond());
        json.put("seconds_of_all_rows_extrapolated", secondsOfAll());
        return json;
    }
}
