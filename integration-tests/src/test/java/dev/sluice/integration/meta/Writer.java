package dev.sluice.integration.meta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Writes one row after the other, until it is closed, and knows which were acknowledged. */
final class Writer implements AutoCloseable {
    private final Table table;
    private final Map<Integer, Long> acknowledgedAtNs = new ConcurrentHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final AtomicLong lastNs = new AtomicLong(System.nanoTime());
    private final AtomicLong longestGapNs = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    Writer(Table table) {
        this.table = table;
        this.thread = new Thread(this::run, "writer");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        for (int row = 0; !closed; row++) {
            try {
                table.put(key(row), new byte[0], value(row)).join();
                long nowNs = System.nanoTime();
                acknowledgedAtNs.put(row, nowNs);
                long gapNs = nowNs - lastNs.getAndSet(nowNs);
                longestGapNs.accumulateAndGet(gapNs, Math::max);
            } catch (CompletionException e) {
                synchronized (failures) {
                    failures.add(String.valueOf(e.getCause()));
                }
            }
        }
    }

    int count() {
        return acknowledgedAtNs.size();
    }

    long lastNs() {
        return lastNs.get();
    }

    /** The longest time between two acknowledgements until now. */
    long longestGapMs() {
        return longestGapNs.get() / 1_000_000;
    }

    /** Ends writing, and reads all back that was acknowledged. */
    void endAndReadBack() throws InterruptedException {
        close();
        synchronized (failures) {
            assertThat(failures).as("writes that the client gave up").isEmpty();
        }
        assertThat(acknowledgedAtNs).isNotEmpty();
        for (int row : acknowledgedAtNs.keySet()) {
            assertThat(table.get(key(row), new byte[0]).join())
                    .as("row %s of %s", row, acknowledgedAtNs.size())
                    .hasValueSatisfying(found -> assertThat(found).isEqualTo(value(row)));
        }
    }

    private static byte[] key(int row) {
        return ("row-" + row).getBytes(UTF_8);
    }

    private static byte[] value(int row) {
        return ("value-" + row).getBytes(UTF_8);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
    }
}
