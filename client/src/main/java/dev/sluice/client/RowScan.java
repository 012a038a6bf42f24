package dev.sluice.client;

import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.wire.data.KeyValue;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The rows of a scan: one at a time as an iterator or a stream, which block, or batch by batch with futures. Inside a
 * partition rows come in the order of their stored keys; partitions come one after the other.
 *
 * <p>Each partition is read as it is when its scan begins. If a server loses the scan meanwhile (failover, restart, more
 * than five minutes between two batches), it goes on behind the last row, with the rows as they are then. A row is never
 * given twice.
 *
 * <p>For one user at a time. The next batch is asked for while one is being read. Fails with {@link ClientException}.
 */
public final class RowScan implements Iterator<Row>, AutoCloseable {
    private final CompletableFuture<Deque<ScanCursor>> cursors;
    private CompletableFuture<List<Row>> upcoming;
    private Iterator<Row> batch = List.<Row>of().iterator();
    private boolean ended;

    RowScan(CompletableFuture<? extends Collection<ScanCursor>> cursors) {
        this.cursors = cursors.thenApply(ArrayDeque::new);
        upcoming = this.cursors.thenCompose(RowScan::read);
    }

    /**
     * The next rows, at most as many as a batch has; an empty list is the end. Not to be called before the future of the
     * call before is complete, nor together with the iterator.
     */
    public CompletableFuture<List<Row>> nextBatch() {
        return upcoming.thenApply(rows -> {
            ended |= rows.isEmpty();
            if (!ended) {
                upcoming = cursors.thenCompose(RowScan::read);
            }
            return rows;
        });
    }

    /** Reads the rest without blocking; returns how many rows there were. The consumer runs on network threads. */
    public CompletableFuture<Long> forEachAsync(Consumer<? super Row> consumer) {
        return forEachAsync(consumer, 0);
    }

    private CompletableFuture<Long> forEachAsync(Consumer<? super Row> consumer, long before) {
        return nextBatch().thenCompose(rows -> {
            rows.forEach(consumer);
            return rows.isEmpty()
                    ? CompletableFuture.completedFuture(before)
                    : forEachAsync(consumer, before + rows.size());
        });
    }

    /** Blocks until the next row is there. Throws {@link ClientException} if the rows cannot be read. */
    @Override
    public boolean hasNext() {
        while (!batch.hasNext() && !ended) {
            batch = ClientException.await(nextBatch()).iterator();
        }
        return batch.hasNext();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return batch.next();
    }

    /** The rest of the rows; closing the stream closes the scan. */
    public Stream<Row> stream() {
        Spliterator<Row> rows = Spliterators.spliteratorUnknownSize(this, Spliterator.NONNULL | Spliterator.DISTINCT);
        return StreamSupport.stream(rows, false).onClose(this::close);
    }

    /** Lets the servers forget the scan. What was read already can still be taken. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            // A cursor is used by one request at a time: it is closed behind the one that is under way.
            WhenDone.run(
                    upcoming,
                    (rows, failure) -> WhenDone.run(cursors, (left, none) -> {
                        if (left != null) {
                            left.forEach(ScanCursor::close);
                        }
                    }));
        }
    }

    private static CompletableFuture<List<Row>> read(Deque<ScanCursor> left) {
        ScanCursor cursor = left.peekFirst();
        if (cursor == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        return cursor.next().thenCompose(rows -> {
            if (cursor.isFinished()) {
                left.removeFirst();
            }
            return rows.isEmpty()
                    ? read(left)
                    : CompletableFuture.completedFuture(
                            rows.stream().map(RowScan::row).toList());
        });
    }

    private static Row row(KeyValue kv) {
        byte[] key = kv.getKey().bytes();
        long expiry = Row.EXPIRY_UNKNOWN;
        if (kv.isSetExpireTsSeconds()) {
            int expireTs = kv.getExpireTsSeconds();
            expiry = expireTs == StoredValue.NEVER
                    ? Row.NEVER
                    : StoredValue.EXPIRY_EPOCH_UNIX_SECONDS + Integer.toUnsignedLong(expireTs);
        }
        return new Row(
                StoredKey.hashKey(key), StoredKey.sortKey(key), kv.getValue().bytes(), expiry);
    }
}
