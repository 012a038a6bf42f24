package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.ScanRequest;
import dev.sluice.wire.data.ScanResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One scan of one partition, batch by batch. If the server lost the scan (it moved, restarted, or nobody asked for a long
 * time), it goes on behind the last row. One request is under way at a time.
 */
final class ScanCursor {
    private static final long NO_CONTEXT = -2;
    /** So often a scan may be lost in a row without a row between. */
    private static final int LOSSES_MAX = 10;

    private final Calls calls;
    private final Target target;
    private final String what;
    private final GetScannerRequest opening;
    private long contextId = NO_CONTEXT;
    private long counted;
    private int losses;
    private boolean finished;

    /**
     * @param opening of this cursor alone: its start moves
     * @param what for messages
     */
    ScanCursor(Calls calls, Target target, GetScannerRequest opening, String what) {
        this.calls = calls;
        this.target = target;
        this.opening = opening;
        this.what = what;
    }

    /** True if no rows are left on the server. */
    boolean isFinished() {
        return finished;
    }

    /** The next rows: none only at the end. */
    CompletableFuture<List<KeyValue>> next() {
        if (finished) {
            return CompletableFuture.completedFuture(List.of());
        }
        return ask().thenCompose(this::take);
    }

    /** How many rows there are, for a cursor that counts only. */
    CompletableFuture<Long> count() {
        return ask().thenCompose(reply -> {
            if (isLost(reply)) {
                counted = 0; // from the start: a count does not say where it stands
                return count();
            }
            Calls.expectOk(this::described, reply.getError(), reply.getServer());
            counted += reply.isSetKvCount() ? reply.getKvCount() : reply.getKvsSize();
            remember(reply);
            return finished ? CompletableFuture.completedFuture(counted) : count();
        });
    }

    /** Lets the server forget the scan. Not while a request is under way. */
    void close() {
        if (!finished && contextId >= 0) {
            calls.tell(DataRpcs.CLEAR_SCANNER, WireLong.of(contextId), target);
        }
        finished = true;
    }

    private CompletableFuture<ScanResponse> ask() {
        return contextId < 0
                ? calls.read(DataRpcs.GET_SCANNER, opening.deepCopy(), target, this::described)
                : calls.read(DataRpcs.SCAN, new ScanRequest().setContextId(contextId), target, this::described);
    }

    private CompletableFuture<List<KeyValue>> take(ScanResponse reply) {
        if (isLost(reply)) {
            return next();
        }
        boolean cut = reply.getError() == StorageStatus.INCOMPLETE;
        if (!cut) {
            Calls.expectOk(this::described, reply.getError(), reply.getServer());
        }
        List<KeyValue> rows = reply.getKvs();
        if (!rows.isEmpty()) {
            opening.setStartKey(rows.get(rows.size() - 1).getKey()).setStartInclusive(false);
            losses = 0;
        }
        if (cut) {
            countLoss();
            contextId = NO_CONTEXT;
        } else {
            remember(reply);
        }
        // Filters may have hidden all that was examined.
        return rows.isEmpty() && !finished ? next() : CompletableFuture.completedFuture(rows);
    }

    private void remember(ScanResponse reply) {
        contextId = reply.getContextId();
        finished = contextId < 0;
    }

    private boolean isLost(ScanResponse reply) {
        if (contextId < 0 || reply.getError() != StorageStatus.NOT_FOUND) {
            return false;
        }
        countLoss();
        contextId = NO_CONTEXT;
        return true;
    }

    private void countLoss() {
        losses++;
        if (losses > LOSSES_MAX) {
            throw new ClientException(
                    ErrorCode.ERR_INVALID_HANDLE,
                    described() + ": the server lost it " + losses + " times without a row between");
        }
    }

    private String described() {
        Blob start = opening.getStartKey();
        return what + (opening.isStartInclusive() ? "" : " behind key '" + EscapedBytes.print(start.bytes()) + "'");
    }
}
