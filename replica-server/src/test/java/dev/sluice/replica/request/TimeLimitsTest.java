package dev.sluice.replica.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.internal.AppDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Range reads that take too long give what they have; a client goes on from there. */
class TimeLimitsTest {
    private static final Gpid GPID = new Gpid(1, 0);
    private static final int ROWS = 2_500;
    private static final byte[] HASH_KEY = {7};
    private static final long LIMIT_MS = 30_000;
    private static final ReadLimits LIMITS = new ReadLimits(3_000, 30 << 20, 3_000, LIMIT_MS, 0);

    private final SlowTime time = new SlowTime();
    private final CrashableFileSystem files = new CrashableFileSystem();
    private Engine engine;

    /** A clock by which a day passes whenever somebody looks. */
    private static final class SlowTime implements Clock {
        private static final long DAY_MS = 86_400_000;
        private long nowMs;
        private boolean stands;

        @Override
        public long nowMs() {
            nowMs += stands ? 0 : DAY_MS;
            return nowMs;
        }

        @Override
        public long wallMs() {
            return 0;
        }
    }

    @BeforeEach
    void fill() throws IOException {
        files.createDirectories(Path.of("/replica"));
        engine = new InMemoryEngineFactory(files, path -> List.of()).open(Path.of("/replica/engine"));
        List<RowChange> changes = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            byte[] sortKey = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
            changes.add(new RowChange(StoredKey.of(HASH_KEY, sortKey), StoredValue.of(0, 0, new byte[] {1})));
        }
        engine.apply(1, changes);
    }

    @Test
    void aMultiGetThatTakesTooLongIsIncompleteAndHasWhatItFound() {
        for (boolean reverse : new boolean[] {false, true}) {
            MultiGetResponse late = multiGet(AppRules.of(null), reverse);
            assertThat(late.getError()).isEqualTo(StatusCode.INCOMPLETE);
            assertThat(late.getKvs()).hasSizeBetween(1, ROWS - 1);
        }
        time.stands = true;
        MultiGetResponse inTime = multiGet(AppRules.of(null), false);
        assertThat(inTime.getError()).isZero();
        assertThat(inTime.getKvs()).hasSize(ROWS);
    }

    @Test
    void theEnvOfTheAppGoesBeforeTheOptionAndZeroIsNoLimit() {
        AppRules unlimited = AppRules.of(
                new AppDescription(1, "t", 1, 3, Map.of("replica.rocksdb_iteration_threshold_time_ms", "0")));

        assertThat(multiGet(unlimited, false).getError()).isZero();
        assertThat(LIMITS.iterationMs(unlimited)).isZero();
        assertThat(LIMITS.iterationMs(AppRules.of(null))).isEqualTo(LIMIT_MS);
    }

    @Test
    void aBatchOfAScanThatTakesTooLongEndsEarlyAndTheNextGoesOnBehindIt() {
        try (Scans scans = new Scans(time, LIMITS)) {
            ScanResponse batch = scans.open(GPID, engine, AppRules.of(null), request());
            assertThat(batch.getKvs()).hasSizeBetween(1, ROWS - 1);
            int rows = batch.getKvs().size();
            time.stands = true;
            while (batch.getContextId() >= 0) {
                batch = scans.goOn(GPID, engine, AppRules.of(null), batch.getContextId());
                assertThat(batch.getError()).isZero();
                rows += batch.getKvs().size();
            }
            assertThat(rows).isEqualTo(ROWS);
        }
    }

    private MultiGetResponse multiGet(AppRules rules, boolean reverse) {
        MultiGetRequest request = new MultiGetRequest()
                .setHashKey(Blob.of(HASH_KEY))
                .setStartInclusive(true)
                .setStopInclusive(true)
                .setReverse(reverse);
        try (EngineSnapshot snapshot = engine.snapshot()) {
            return new MultiGet(request, rules, LIMITS, time).run(snapshot);
        }
    }

    private static GetScannerRequest request() {
        return new GetScannerRequest()
                .setStartKey(Blob.of(new byte[2]))
                .setStopKey(Blob.of(new byte[] {-1, -1}))
                .setStartInclusive(true)
                .setBatchSize(ROWS)
                .setFullScan(true);
    }
}
