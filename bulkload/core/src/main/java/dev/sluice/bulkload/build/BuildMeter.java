package dev.sluice.bulkload.build;

import dev.sluice.bulkload.build.BuildProgress.Phase;
import java.util.function.Consumer;

/** Counts what a build does, from several threads, and tells a listener, one call at a time. */
final class BuildMeter {
    private final Consumer<BuildProgress> listener;
    private Phase phase = Phase.READING;
    private long rowsRead;
    private long inputBytesRead;
    private long inputBytesTotal;
    private long rowsWritten;
    private long sstBytesWritten;

    BuildMeter(Consumer<BuildProgress> listener) {
        this.listener = listener;
    }

    synchronized void onPhase(Phase next) {
        phase = next;
        report();
    }

    synchronized void onRead(long rows, RowSource source) {
        rowsRead = rows;
        inputBytesRead = source.bytesRead();
        inputBytesTotal = source.bytesTotal();
        report();
    }

    synchronized void onRowsWritten(long rows) {
        rowsWritten += rows;
        report();
    }

    synchronized void onFileWritten(long bytes) {
        sstBytesWritten += bytes;
        report();
    }

    private void report() {
        listener.accept(
                new BuildProgress(phase, rowsRead, inputBytesRead, inputBytesTotal, rowsWritten, sstBytesWritten));
    }
}
