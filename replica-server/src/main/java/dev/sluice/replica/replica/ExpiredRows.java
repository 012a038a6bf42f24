package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.replication.RoleName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes rows whose time is over from a member's engine, in the background: walks over the rows a little at a time, and
 * removes what it found between two mutations, if it is still expired then.
 *
 * <p>Every member does so for itself. Nobody sees an expired row, so nothing is replicated; a row stays some time longer than
 * its time, so that clocks which differ do not matter.
 */
final class ExpiredRows {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiredRows.class);
    private static final int ROWS_PER_STEP_MAX = 1_000;
    private static final int REMOVED_PER_STEP_MAX = 200;
    private static final byte[] BEGINNING = new byte[0];

    private final Gpid gpid;
    private final EventLoop loop;
    private final Executor maintenance;
    private final EngineSlot slot;
    private final Applier applier;
    private final ReplicaSettings.Expiry settings;
    private byte[] position = BEGINNING;
    private long nextAtMs;
    private boolean stepping;
    private long removed;

    /** @param next where to go on; null: the end was reached */
    @SuppressWarnings("ArrayRecordComponent") // a key is compared nowhere
    private record Found(List<byte[]> expired, int rows, byte @Nullable [] next) {}

    ExpiredRows(
            Gpid gpid,
            EventLoop loop,
            Executor maintenance,
            EngineSlot slot,
            Applier applier,
            ReplicaSettings.Expiry settings) {
        this.gpid = gpid;
        this.loop = loop;
        this.maintenance = maintenance;
        this.slot = slot;
        this.applier = applier;
        this.settings = settings;
        // Replicas that begin together do not walk together.
        this.nextAtMs = loop.nowMs() + Math.floorMod(gpid.hashCode(), Math.max(1, settings.intervalMs()));
    }

    void onTick(RoleName role) {
        boolean member = role == RoleName.PRIMARY || role == RoleName.SECONDARY;
        if (settings.intervalMs() == 0 || stepping || !member || slot.isVacant() || loop.nowMs() < nextAtMs) {
            return;
        }
        stepping = true;
        Engine engine = slot.engine();
        byte[] from = position;
        int expiryNow = expiryNow();
        maintenance.execute(() -> {
            Found found;
            try {
                found = find(engine, from, expiryNow);
            } catch (EngineException e) {
                LOG.warn("{}: expired rows cannot be looked for", gpid, e);
                found = new Found(List.of(), 0, null);
            }
            Found result = found;
            loop.execute(() -> onFound(engine, result));
        });
    }

    private int expiryNow() {
        return StoredValue.expiryNow(loop.wallMs()) - settings.keepSeconds();
    }

    private static Found find(Engine engine, byte[] from, int expiryNow) {
        List<byte[]> expired = new ArrayList<>();
        int rows = 0;
        try (EngineSnapshot snapshot = engine.snapshot();
                EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(from); cursor.isValid(); cursor.next()) {
                if (rows == ROWS_PER_STEP_MAX || expired.size() == REMOVED_PER_STEP_MAX) {
                    return new Found(expired, rows, cursor.key());
                }
                rows++;
                if (StoredValue.hasExpired(cursor.value(), expiryNow)) {
                    expired.add(cursor.key());
                }
            }
        }
        return new Found(expired, rows, null);
    }

    private void onFound(Engine engine, Found found) {
        stepping = false;
        if (!found.expired().isEmpty()) {
            applier.afterwards(() -> remove(engine, found.expired()));
        }
        byte @Nullable [] next = found.next();
        position = next == null ? BEGINNING : next;
        nextAtMs = loop.nowMs()
                + (next == null ? settings.intervalMs() : found.rows() * 1000L / settings.rowsPerSecondMax());
        if (next == null && removed > 0) {
            LOG.info("{}: removed {} expired rows", gpid, removed);
            removed = 0;
        }
    }

    private void remove(Engine engine, List<byte[]> keys) {
        if (slot.isVacant() || slot.engine() != engine) {
            return;
        }
        try {
            removed += engine.removeExpired(keys, expiryNow());
        } catch (EngineException e) {
            LOG.warn("{}: {} expired rows cannot be removed; the next walk tries again", gpid, keys.size(), e);
        }
    }
}
