package dev.sluice.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes many rows with many requests in flight, but never more than a limit. Rows of one hash key that follow each other
 * go as one request. For one thread, which it blocks when the limit is reached; the first failure is thrown at the next
 * call.
 */
public final class RowWriter implements AutoCloseable {
    private static final int ROWS_PER_REQUEST_MAX = 100;
    private static final int BYTES_PER_REQUEST_MAX = 256 << 10;

    private final Table table;
    private final int requestsMax;
    private final Semaphore room;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private boolean failureWasThrown;
    private final List<Cell> cells = new ArrayList<>();
    private byte[] hashKey = {};
    private int bytes;

    public RowWriter(Table table, int requestsInFlightMax) {
        this.table = table;
        this.requestsMax = requestsInFlightMax;
        this.room = new Semaphore(requestsInFlightMax);
    }

    /** Writes a row, now or with those after it. */
    public void put(byte[] rowHashKey, byte[] sortKey, byte[] value) {
        if (!cells.isEmpty()
                && (!Arrays.equals(hashKey, rowHashKey)
                        || hashKey.length == 0
                        || cells.size() >= ROWS_PER_REQUEST_MAX
                        || bytes + sortKey.length + value.length > BYTES_PER_REQUEST_MAX)) {
            send();
        }
        hashKey = rowHashKey;
        cells.add(new Cell(sortKey, value));
        bytes += sortKey.length + value.length;
    }

    /** Returns when all rows are written. */
    public void flush() {
        send();
        awaitAll();
        throwFailure();
    }

    /** Returns when nothing is on the way any more. A failure that a call has thrown already is not thrown again. */
    @Override
    public void close() {
        if (failureWasThrown) {
            awaitAll();
        } else {
            flush();
        }
    }

    private void send() {
        throwFailure();
        if (cells.isEmpty()) {
            return;
        }
        room.acquireUninterruptibly();
        CompletableFuture<Void> sent = cells.size() == 1
                ? table.put(hashKey, cells.get(0).sortKey(), cells.get(0).value())
                : table.multiPut(hashKey, List.copyOf(cells), 0);
        cells.clear();
        bytes = 0;
        WhenDone.run(sent, (done, failed) -> {
            if (failed != null) {
                failure.compareAndSet(null, failed);
            }
            room.release();
        });
    }

    private void awaitAll() {
        room.acquireUninterruptibly(requestsMax);
        room.release(requestsMax);
    }

    private void throwFailure() {
        Throwable failed = failure.get();
        failureWasThrown = failed != null;
        if (failed instanceof RuntimeException known) {
            throw known;
        }
        if (failed != null) {
            throw new IllegalStateException("a row was not written", failed);
        }
    }
}
