package dev.sluice.bulkload.build;

import dev.sluice.bulkload.rows.MergeCursor;
import dev.sluice.bulkload.rows.RowCursor;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sorted runs of a build, in the order of the input. It keeps so few that they can all be merged at once: as soon as
 * there are many of one level they become one run of the next, so that a row is copied only a few times.
 */
final class RunSet implements AutoCloseable {
    private static final int ROWS_BETWEEN_STOP_CHECKS = 1024;

    private final Path directory;
    private final int partitionCount;
    private final int bufferBytes;
    private final List<SortedRun> runs = new ArrayList<>();
    private int filesMade;
    private long duplicates;

    RunSet(Path directory, int partitionCount, int bufferBytes) {
        this.directory = directory;
        this.partitionCount = partitionCount;
        this.bufferBytes = bufferBytes;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Rows that merging has left out. */
    long duplicates() {
        return duplicates;
    }

    /** Writes the rows of a buffer, whose partitions are sorted, as the newest run. */
    void add(SortBuffer buffer, StopSignal stop) throws IOException, StoppedException {
        List<Source> sources = List.of(partition -> buffer.cursor(partition));
        runs.add(write(sources, 0, stop));
    }

    /** Merges runs of one level as long as there are so many of them at the end of the list. */
    void mergeLevels(int runsMax, StopSignal stop) throws IOException, StoppedException {
        int same;
        while ((same = newestOfOneLevel()) >= runsMax) {
            merge(runs.size() - same, runs.get(runs.size() - 1).level() + 1, stop);
        }
    }

    /** Merges runs until there are at most so many. */
    void mergeTo(int runsMax, StopSignal stop) throws IOException, StoppedException {
        while (runs.size() > runsMax) {
            // The newest are the smallest. As few as needed, but never more than can be open at once.
            int merged = Math.min(runsMax, runs.size() - runsMax + 1);
            int from = runs.size() - merged;
            merge(from, runs.get(from).level() + 1, stop);
        }
    }

    /** A cursor over the rows of a partition in all runs. */
    MergeCursor cursor(int partitionIndex) throws IOException {
        List<RowCursor> cursors = new ArrayList<>();
        for (SortedRun run : runs) {
            cursors.add(run.cursor(partitionIndex, bufferBytes));
        }
        return new MergeCursor(cursors);
    }

    @Override
    public void close() throws IOException {
        for (SortedRun run : runs) {
            run.close();
        }
        runs.clear();
    }

    private int newestOfOneLevel() {
        int count = 0;
        while (count < runs.size()
                && runs.get(runs.size() - 1 - count).level()
                        == runs.get(runs.size() - 1).level()) {
            count++;
        }
        return count;
    }

    private void merge(int from, int level, StopSignal stop) throws IOException, StoppedException {
        List<SortedRun> merged = runs.subList(from, runs.size());
        List<Source> sources = new ArrayList<>();
        for (SortedRun run : merged) {
            sources.add(partition -> run.cursor(partition, bufferBytes));
        }
        SortedRun result = write(sources, level, stop);
        for (SortedRun run : merged) {
            run.close();
        }
        merged.clear();
        runs.add(result);
    }

    private SortedRun write(List<Source> sources, int level, StopSignal stop) throws IOException, StoppedException {
        Path path = directory.resolve("run-" + filesMade++);
        try (SortedRun.Writer writer = new SortedRun.Writer(path, level, partitionCount, bufferBytes)) {
            long rows = 0;
            for (int partition = 0; partition < partitionCount; partition++) {
                List<RowCursor> cursors = new ArrayList<>();
                for (Source source : sources) {
                    cursors.add(source.cursor(partition));
                }
                MergeCursor cursor = new MergeCursor(cursors);
                while (cursor.next()) {
                    writer.add(cursor.key(), cursor.value());
                    if (++rows % ROWS_BETWEEN_STOP_CHECKS == 0) {
                        stop.throwIfStopped();
                    }
                }
                duplicates += cursor.duplicates();
                writer.endPartition();
            }
            return writer.finish();
        }
    }

    private interface Source {
        RowCursor cursor(int partitionIndex) throws IOException;
    }
}
