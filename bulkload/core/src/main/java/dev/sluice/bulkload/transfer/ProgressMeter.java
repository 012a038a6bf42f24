package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.common.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Counts the bytes of one download. */
final class ProgressMeter {
    private static final long RATE_SAMPLE_MS = 200;
    private static final int RATE_SAMPLES_MAX = 10;

    private final Clock clock;
    private final long intervalMs;
    private final Consumer<DownloadProgress> listener;
    private final long bytesTotal;
    private final int filesTotal;
    private final Map<String, Long> inFlight = new TreeMap<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long bytesOfDoneFiles;
    private int filesDone;
    private long bytesFetched;
    private long bytesRelayed;
    private long bytesDoneHighest;
    private long reportedAtMs;

    ProgressMeter(Manifest manifest, Clock clock, long intervalMs, Consumer<DownloadProgress> listener) {
        this.clock = clock;
        this.intervalMs = intervalMs;
        this.listener = listener;
        this.bytesTotal = manifest.totalBytes();
        this.filesTotal = manifest.files().size();
        this.reportedAtMs = clock.nowMs() - intervalMs;
        samples.add(new Sample(clock.nowMs(), 0));
    }

    /** The file was verified in an earlier attempt. */
    synchronized void onPresent(SstFile file) {
        bytesOfDoneFiles += file.size();
        filesDone++;
    }

    /** The file is begun, or begun again, with that many bytes from an earlier attempt. */
    synchronized void onBegun(SstFile file, long bytesPresent) {
        inFlight.put(file.name().value(), bytesPresent);
        reportIfDue();
    }

    /** Bytes came from the store. */
    synchronized void onFetched(SstFile file, int bytes) {
        bytesFetched += bytes;
        onMoved(file, bytes);
    }

    /** Bytes came from another member. */
    synchronized void onRelayed(SstFile file, int bytes) {
        bytesRelayed += bytes;
        onMoved(file, bytes);
    }

    private void onMoved(SstFile file, int bytes) {
        inFlight.merge(file.name().value(), (long) bytes, Long::sum);
        long nowMs = clock.nowMs();
        if (nowMs - samples.getLast().atMs >= RATE_SAMPLE_MS) {
            samples.addLast(new Sample(nowMs, bytesFetched + bytesRelayed));
            if (samples.size() > RATE_SAMPLES_MAX) {
                samples.removeFirst();
            }
        }
        reportIfDue();
    }

    synchronized void onVerified(SstFile file) {
        inFlight.remove(file.name().value());
        onPresent(file);
        report();
    }

    synchronized boolean isComplete() {
        return filesDone == filesTotal;
    }

    synchronized void report() {
        reportedAtMs = clock.nowMs();
        listener.accept(progress());
    }

    synchronized DownloadProgress progress() {
        long bytesDone = bytesOfDoneFiles;
        for (long bytes : inFlight.values()) {
            bytesDone += bytes;
        }
        bytesDoneHighest = Math.max(bytesDoneHighest, Math.min(bytesDone, bytesTotal));
        return new DownloadProgress(
                bytesDoneHighest,
                bytesTotal,
                filesDone,
                filesTotal,
                bytesFetched,
                bytesRelayed,
                bytesPerSecond(),
                Map.copyOf(inFlight));
    }

    private void reportIfDue() {
        if (clock.nowMs() - reportedAtMs >= intervalMs) {
            report();
        }
    }

    private long bytesPerSecond() {
        Sample oldest = samples.getFirst();
        long elapsedMs = clock.nowMs() - oldest.atMs;
        return elapsedMs <= 0 ? 0 : (bytesFetched + bytesRelayed - oldest.bytes) * 1000 / elapsedMs;
    }

    private record Sample(long atMs, long bytes) {}
}
