package dev.sluice.benchmarks.load;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * What no load with as many replicas can beat: the same files copied so often, all copies at the same time, each file with
 * an fsync. Bytes go through memory, so that a file system which can share blocks does not.
 */
final class CopyLimit {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long END_SECONDS_MAX = 30;

    private final List<Path> files;
    private final int copies;
    private final StopSignal stop;

    CopyLimit(List<Path> files, int copies, StopSignal stop) {
        this.files = files;
        this.copies = copies;
        this.stop = stop;
    }

    /**
     * Copies into that directory, which must not exist and is gone afterwards. Returns the nanoseconds.
     *
     * @param onCopied hears of bytes that were copied, on several threads
     */
    long run(Path directory, LongConsumer onCopied) throws IOException, StoppedException {
        ExecutorService threads = Executors.newFixedThreadPool(copies);
        try {
            List<Future<Void>> running = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < copies; i++) {
                Path target = Files.createDirectories(directory.resolve("copy-" + i));
                running.add(threads.submit(() -> {
                    copyTo(target, onCopied);
                    return null;
                }));
            }
            for (Future<Void> one : running) {
                await(one);
            }
            return System.nanoTime() - start;
        } finally {
            end(threads);
            new LocalFileSystem().deleteTree(directory);
        }
    }

    private void copyTo(Path directory, LongConsumer onCopied) throws IOException, StoppedException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        int number = 0;
        for (Path file : files) {
            try (FileChannel from = FileChannel.open(file);
                    FileChannel to = FileChannel.open(
                            directory.resolve("%06d".formatted(number++)),
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE)) {
                while (from.read(buffer.clear()) >= 0) {
                    stop.throwIfStopped();
                    buffer.flip();
                    onCopied.accept(buffer.remaining());
                    while (buffer.hasRemaining()) {
                        to.write(buffer);
                    }
                }
                to.force(true);
            }
        }
    }

    /** Nothing may write any more when the copies are deleted. */
    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the copies did not end within " + END_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(Future<Void> copy) throws IOException, StoppedException {
        try {
            copy.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoppedException) {
                throw new StoppedException();
            }
            throw new IOException("the copy failed: " + e.getCause(), e.getCause());
        }
    }
}
