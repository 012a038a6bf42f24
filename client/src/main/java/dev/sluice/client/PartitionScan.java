package dev.sluice.client;

import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.ScanRequest;
import dev.sluice.wire.data.ScanResponse;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;

/**
 * The rows of one partition, batch by batch; the next batch is asked for while one is being read. If the server lost the
 * scan (it moved, or restarted), it goes on behind the last row. For one thread, which it blocks.
 */
public final class PartitionScan implements Iterator<Row>, AutoCloseable {
    private static final byte[] FIRST_KEY = {0, 0};
    private static final byte[] AFTER_LAST_KEY = {(byte) 0xff, (byte) 0xff};
    private static final long FINISHED = -1;

    private final Table table;
    private final int partitionIndex;
    private final int batchRows;
    private byte[] lastKey = FIRST_KEY;
    private boolean lastKeyInclusive = true;
    private CompletableFuture<ScanResponse> upcoming;
    private Iterator<KeyValue> batch = List.<KeyValue>of().iterator();
    private long contextId;
    private boolean finished;

    PartitionScan(Table table, int partitionIndex, int batchRows) {
        this.table = table;
        this.partitionIndex = partitionIndex;
        this.batchRows = batchRows;
        this.upcoming = open();
    }

    /** Throws {@link ClientException} if the rows cannot be read. */
    @Override
    public boolean hasNext() {
        while (!batch.hasNext() && !finished) {
            takeBatch();
        }
        return batch.hasNext();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        KeyValue kv = batch.next();
        byte[] key = kv.getKey().bytes();
        return new Row(
                StoredKey.hashKey(key), StoredKey.sortKey(key), kv.getValue().bytes());
    }

    /** Lets the server forget the scan. */
    @Override
    public void close() {
        if (!finished) {
            finished = true;
            WhenDone.run(upcoming, (last, failure) -> {
                if (last != null && last.getContextId() >= 0) {
                    table.tell(DataRpcs.CLEAR_SCANNER, WireLong.of(last.getContextId()), partitionIndex);
                }
            });
        }
    }

    private void takeBatch() {
        ScanResponse reply = ClientException.await(upcoming);
        if (reply.getError() == StorageStatus.NOT_FOUND) {
            upcoming = open();
            return;
        }
        if (reply.getError() != StorageStatus.INCOMPLETE) {
            table.expectOk(this::what, reply.getError(), reply.getServer());
        }
        List<KeyValue> rows = reply.getKvs();
        if (!rows.isEmpty()) {
            lastKey = rows.get(rows.size() - 1).getKey().bytes();
            lastKeyInclusive = false;
        }
        batch = rows.iterator();
        contextId = reply.getContextId();
        if (reply.getError() == StorageStatus.INCOMPLETE) {
            upcoming = open();
        } else if (contextId == FINISHED) {
            finished = true;
        } else {
            upcoming = table.callPartition(
                    DataRpcs.SCAN, new ScanRequest().setContextId(contextId), partitionIndex, this::what);
        }
    }

    private CompletableFuture<ScanResponse> open() {
        GetScannerRequest request = new GetScannerRequest()
                .setStartKey(Blob.of(lastKey))
                .setStartInclusive(lastKeyInclusive)
                .setStopKey(Blob.of(AFTER_LAST_KEY))
                .setStopInclusive(false)
                .setBatchSize(batchRows)
                .setValidatePartitionHash(true)
                .setFullScan(true);
        return table.callPartition(DataRpcs.GET_SCANNER, request, partitionIndex, this::what);
    }

    private String what() {
        return "scan of partition " + partitionIndex + " of table '" + table.name() + "' behind key '"
                + EscapedBytes.print(lastKey) + "'";
    }
}
