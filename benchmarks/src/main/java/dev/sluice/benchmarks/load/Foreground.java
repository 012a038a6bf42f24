package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.measure.OpenLoop;
import dev.sluice.client.RowWriter;
import dev.sluice.client.Table;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who reads and somebody who writes, each at a fixed rate, whatever else goes on. The writer goes round over rows of
 * its own; the reader reads those of a set, or the writer's where the app holds no set yet.
 */
final class Foreground implements AutoCloseable {
    private static final int OWN_ROWS_MIN = 10_000;
    /** A row is written again only when its last write has ended, or failed, long ago. */
    private static final int SECONDS_PER_ROUND = 20;

    private static final int IN_FLIGHT_MAX = 64;
    private static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final byte[] NO_SORT_KEY = {};

    private final Table table;
    private final Rates rates;
    private final @Nullable List<LoadRows> sets;
    private final byte[] filler;
    /** By row of the writer: the last version that was acknowledged. */
    private final AtomicLongArray acknowledged;
    /** By row of the writer: when that was, by {@link System#nanoTime}. */
    private final AtomicLongArray acknowledgedNanos;

    private final Samples reads = new Samples();
    private final Samples writes = new Samples();
    private final Failures failures = new Failures();
    private final List<Thread> threads = new ArrayList<>();
    private final SplittableRandom random;
    private volatile boolean isOver;
    private long written;

    /** Operations per second. */
    record Rates(double readsPerSecond, double writesPerSecond) {
        Rates {
            if (!(readsPerSecond > 0) || !(writesPerSecond > 0)) {
                throw new IllegalArgumentException(readsPerSecond + " reads and " + writesPerSecond
                        + " writes per second: expected more than 0 of each");
            }
        }
    }

    /**
     * @param table of a client that tries once, so that nothing that was rejected goes unseen
     * @param sets sets of the same keys, whose rows are read: each read must find the value of one of them; null to read the
     *     writer's rows
     */
    Foreground(Table table, Rates rates, int valueBytes, long seed, @Nullable List<LoadRows> sets) {
        this.table = table;
        this.rates = rates;
        this.sets = sets;
        this.filler = new byte[Math.max(HEADER_BYTES, valueBytes)];
        this.random = new SplittableRandom(seed);
        random.nextBytes(filler);
        this.acknowledged = new AtomicLongArray(
                Math.max(OWN_ROWS_MIN, (int) Math.ceil(rates.writesPerSecond() * SECONDS_PER_ROUND)));
        this.acknowledgedNanos = new AtomicLongArray(acknowledged.length());
    }

    /** Writes each row of the writer once, through a client that may try again. */
    void prepare(Table through) {
        try (RowWriter writer = new RowWriter(through, IN_FLIGHT_MAX)) {
            for (int row = 0; row < acknowledged.length(); row++) {
                writer.put(ownKey(row), NO_SORT_KEY, ownValue(row, 0));
                acknowledgedNanos.set(row, System.nanoTime());
            }
        }
    }

    void start() {
        SplittableRandom readerRandom = random.split();
        run("foreground-reader", rates.readsPerSecond(), done -> read(readerRandom, done), reads);
        run("foreground-writer", rates.writesPerSecond(), this::write, writes);
    }

    /** Ends both, and returns when their last operations have ended. */
    @Override
    public void close() {
        isOver = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        threads.clear();
    }

    Samples reads() {
        return reads;
    }

    Samples writes() {
        return writes;
    }

    Failures failures() {
        return failures;
    }

    /**
     * What became of the writer's rows.
     *
     * @param visible are to be there: all but those that a replacement hides, which came after they were written
     * @param wrong of these, those that are not as they were written last
     */
    record OwnRows(long visible, long wrong) {
        static final OwnRows NONE = new OwnRows(0, 0);
    }

    /**
     * Reads all of the writer's rows, after the end.
     *
     * @param replacedNanos by when a replacement was published that hides what was acknowledged before, by
     *     {@link System#nanoTime}; null if there was none
     */
    OwnRows readOwnRows(Table from, @Nullable Long replacedNanos) {
        long wrong = 0;
        long hidden = 0;
        List<CompletableFuture<Optional<byte[]>>> asked = new ArrayList<>();
        for (int row = 0; row < acknowledged.length(); row++) {
            asked.add(from.get(ownKey(row), NO_SORT_KEY));
            if (asked.size() == IN_FLIGHT_MAX || row == acknowledged.length() - 1) {
                for (int i = 0; i < asked.size(); i++) {
                    int own = row - asked.size() + 1 + i;
                    byte[] expected = ownValue(own, acknowledged.get(own));
                    Optional<byte[]> found = asked.get(i).join();
                    boolean mayBeHidden = replacedNanos != null && acknowledgedNanos.get(own) - replacedNanos <= 0;
                    if (found.isEmpty() && mayBeHidden) {
                        hidden++;
                    } else if (found.isEmpty() || !Arrays.equals(found.get(), expected)) {
                        wrong++;
                    }
                }
                asked.clear();
            }
        }
        return new OwnRows(acknowledged.length() - hidden, wrong);
    }

    private void run(String name, double perSecond, OpenLoop.Operation operation, Samples samples) {
        Thread thread = new Thread(
                () -> {
                    OpenLoop.Result result = new OpenLoop().run(operation, perSecond, due -> !isOver, samples);
                    failures.addUnended(result.unended());
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void read(SplittableRandom chance, OpenLoop.Done done) {
        if (sets == null) {
            int row = chance.nextInt(acknowledged.length());
            tell(table.get(ownKey(row), NO_SORT_KEY), value -> isOfRow(row, value), done);
        } else {
            long row = chance.nextLong(sets.get(0).rows());
            tell(
                    table.get(LoadRows.hashKey(row), LoadRows.sortKey()),
                    value -> sets.stream().anyMatch(set -> Arrays.equals(set.value(row), value.orElse(null))),
                    done);
        }
    }

    /** Only called by the writer's thread. */
    private void write(OpenLoop.Done done) {
        long number = written++;
        int row = (int) (number % acknowledged.length());
        long version = 1 + number / acknowledged.length();
        tell(
                table.put(ownKey(row), NO_SORT_KEY, ownValue(row, version)),
                nothing -> {
                    acknowledged.set(row, version);
                    acknowledgedNanos.set(row, System.nanoTime());
                    return true;
                },
                done);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the end is told to whoever counts
    private <T> void tell(CompletableFuture<T> future, Predicate<T> isRight, OpenLoop.Done done) {
        future.whenComplete((result, failure) -> {
            boolean ok = failure == null && isRight.test(result);
            if (failure != null) {
                failures.add(failure);
            } else if (!ok) {
                failures.addWrong();
            }
            done.done(ok);
        });
    }

    private static byte[] ownKey(int row) {
        return ("foreground-" + row).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] ownValue(int row, long version) {
        byte[] value = filler.clone();
        ByteBuffer.wrap(value).putLong(row).putLong(version);
        return value;
    }

    private boolean isOfRow(int row, Optional<byte[]> value) {
        return value.filter(found ->
                        found.length == filler.length && ByteBuffer.wrap(found).getLong() == row)
                .isPresent();
    }
}
