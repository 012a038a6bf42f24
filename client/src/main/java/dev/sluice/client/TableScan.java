package dev.sluice.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The rows of a table, partition after partition. For one thread, which it blocks. */
public final class TableScan implements Iterator<Row>, AutoCloseable {
    private static final int BATCH_ROWS = 1000;

    private final Table table;
    private final int partitionCount;
    private int partitionIndex;
    private PartitionScan partition;

    TableScan(Table table, int partitionCount) {
        this.table = table;
        this.partitionCount = partitionCount;
        this.partition = table.scan(0, BATCH_ROWS);
    }

    @Override
    public boolean hasNext() {
        while (!partition.hasNext()) {
            if (partitionIndex + 1 >= partitionCount) {
                return false;
            }
            partitionIndex++;
            partition = table.scan(partitionIndex, BATCH_ROWS);
        }
        return true;
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return partition.next();
    }

    /** The rest of the rows; closing the stream closes the scan. */
    public Stream<Row> stream() {
        Spliterator<Row> rows = Spliterators.spliteratorUnknownSize(this, Spliterator.NONNULL | Spliterator.DISTINCT);
        return StreamSupport.stream(rows, false).onClose(this::close);
    }

    @Override
    public void close() {
        partition.close();
    }
}
