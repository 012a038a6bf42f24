package dev.sluice.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress of one long task with a rate and an estimate: a bar on a terminal, one line at the end elsewhere. Safe for use
 * by several threads.
 */
public final class ProgressLine implements AutoCloseable {
    private static final int UPDATE_MS = 200;

    private final String task;
    private final String unit;
    private final PrintStream stream;
    private final @Nullable ProgressBar bar;
    private final long startNanos = System.nanoTime();
    private final AtomicLong done = new AtomicLong();

    /**
     * @param total of the units; -1 if it is not known
     * @param unit plural, as it stands behind a number
     * @param live the stream is a terminal
     */
    public ProgressLine(String task, long total, String unit, PrintStream stream, boolean live) {
        this.task = task;
        this.unit = unit;
        this.stream = stream;
        this.bar = live
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setUnit(" " + unit, 1)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(UPDATE_MS)
                        .showSpeed()
                        .setConsumer(new ConsoleProgressBarConsumer(stream))
                        .build()
                : null;
    }

    /** So many more units are done. */
    public void add(long units) {
        done.addAndGet(units);
        if (bar != null) {
            bar.stepBy(units);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            return;
        }
        double seconds = Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1000.0;
        stream.printf(Locale.ROOT, "%s: %,d %s in %.1f s%n", task, done.get(), unit, seconds);
        stream.flush();
    }
}
