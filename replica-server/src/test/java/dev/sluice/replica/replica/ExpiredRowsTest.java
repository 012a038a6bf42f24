package dev.sluice.replica.replica;

import static dev.sluice.replica.replica.OneNode.DISK1;
import static dev.sluice.replica.replica.OneNode.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.EngineSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Expired rows go away in the background. */
class ExpiredRowsTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final int INTERVAL_MS = 60_000;
    private static final int KEEP_SECONDS = 600;
    private static final int ROWS = 2_500;

    private OneNode node;

    @BeforeEach
    void start() throws IOException {
        node = new OneNode(DISK1);
        ReplicaSettings usual = node.settings;
        node.settings = new ReplicaSettings(
                usual.limits(),
                usual.flushIntervalMs(),
                usual.flushBytes(),
                usual.logReserveBytes(),
                usual.logFsync(),
                usual.rejectsWritesWhenFull(),
                new ReplicaSettings.Expiry(INTERVAL_MS, 1_000, KEEP_SECONDS),
                usual.retention(),
                usual.compaction());
        node.restart(false, false, DISK1);
        node.tell(P, 1, SELF, List.of());
    }

    @Test
    void aRowIsRemovedSomeTimeAfterItsTimeIsOverAndOthersStay() {
        put("short", 100);
        put("long", 100_000);
        put("for ever", -1);
        node.time.advance((100 + KEEP_SECONDS) * 1000L - 2_000);
        assertThat(rows()).as("a clock that is behind may still see it").isEqualTo(3);

        node.time.advance(2L * INTERVAL_MS + 5_000);

        assertThat(rows()).isEqualTo(2);
        assertThat(node.replica(P).engine().get(key("short"))).isNull();
        assertThat(node.replica(P).engine().get(key("for ever"))).isNotNull();
    }

    @Test
    void aRowThatWasWrittenAnewWhileItWasLookedAtStays() throws IOException {
        put("k", 1);
        byte[] fresh = StoredValue.of(0, 0, key("new"));
        int now = StoredValue.expiryNow(node.time.wallMs()) + 10_000;
        var engine = node.replica(P).engine();
        node.put(P, key("k"), fresh);

        assertThat(engine.removeExpired(List.of(key("k"), key("absent")), now)).isZero();
        assertThat(engine.get(key("k"))).isEqualTo(fresh);
    }

    @Test
    void theWalkKeepsItsRate() {
        for (int i = 0; i < ROWS; i++) {
            put("row" + i, 1);
        }
        node.time.advance(KEEP_SECONDS * 1000L);
        int before = rows();
        int worst = 0;
        for (int second = 0; second < 400 && rows() > 0; second++) {
            node.time.advance(1_000);
            worst = Math.max(worst, before - rows());
            before = rows();
        }

        assertThat(rows()).isZero();
        assertThat(worst).as("removed within one second").isLessThanOrEqualTo(1_200);
    }

    private void put(String key, int ttlSeconds) {
        int expiry = ttlSeconds < 0 ? StoredValue.NEVER : StoredValue.expiryNow(node.time.wallMs()) + ttlSeconds;
        node.replica(P)
                .write(
                        List.of(new dev.sluice.replica.mutation.Change.RowChange(
                                key(key), StoredValue.of(expiry, 0, key("value")))),
                        (decree, error) -> {});
        node.time.advance(1);
    }

    private int rows() {
        int rows = 0;
        try (EngineSnapshot snapshot = node.replica(P).engine().snapshot();
                EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                rows++;
            }
        }
        return rows;
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
