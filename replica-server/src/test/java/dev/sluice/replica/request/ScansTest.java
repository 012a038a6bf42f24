package dev.sluice.replica.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.internal.AppDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of section 5.9 needs time to pass, or an app whose rows lie in the wrong partition. */
class ScansTest {
    private static final Gpid GPID = new Gpid(1, 0);
    private static final ReadLimits LIMITS = new ReadLimits(3_000, 30 << 20, 1_000, 30_000, 0);
    private static final int NOT_FOUND = 1;

    private final VirtualTime time = new VirtualTime();
    private final Scans scans = new Scans(time, LIMITS);
    private final CrashableFileSystem files = new CrashableFileSystem();
    private final InMemoryEngineFactory engines = new InMemoryEngineFactory(files, path -> List.of());
    private final AppRules rules = AppRules.of(null);
    private Engine engine;

    @BeforeEach
    void openEngine() throws IOException {
        files.createDirectories(Path.of("/replica"));
        engine = engines.open(Path.of("/replica/engine"));
    }

    @Test
    void aContextEndsFiveMinutesAfterItsLastUse() {
        fill(3);
        ScanResponse first = open(1);
        time.advance(299_000);
        scans.expire();
        ScanResponse second = scans.goOn(GPID, engine, rules, first.getContextId());
        assertThat(second.getError()).isZero();

        time.advance(299_000);
        scans.expire();
        ScanResponse third = scans.goOn(GPID, engine, rules, second.getContextId());
        assertThat(third.getError()).isZero();
        assertThat(third.getContextId()).isEqualTo(-1);

        ScanResponse left = open(1);
        time.advance(301_000);
        scans.expire();
        assertThat(scans.goOn(GPID, engine, rules, left.getContextId()).getError())
                .isEqualTo(NOT_FOUND);
    }

    @Test
    void aContextIsOfOnePartitionAndOneEngine() {
        fill(3);
        Engine another = engines.open(Path.of("/replica/another"));

        assertThat(scans.goOn(new Gpid(1, 1), engine, rules, open(1).getContextId())
                        .getError())
                .isEqualTo(NOT_FOUND);
        assertThat(scans.goOn(GPID, another, rules, open(1).getContextId()).getError())
                .isEqualTo(NOT_FOUND);
    }

    @Test
    void theScansOfAPartitionEndWithItsEngine() {
        fill(3);
        long context = open(1).getContextId();
        scans.end(new Gpid(1, 1));
        scans.end(GPID);

        assertThat(scans.goOn(GPID, engine, rules, context).getError()).isEqualTo(NOT_FOUND);
    }

    @Test
    void idsBeginWithALowHalfOfNothingAndGrow() {
        fill(3);
        long first = open(1).getContextId();
        long second = open(1).getContextId();

        assertThat(first & 0xffffffffL).isEqualTo(1);
        assertThat(second).isEqualTo(first + 1);
        assertThat(first).isPositive();
    }

    @Test
    void tooManyScansEndTheOneThatRestedLongest() {
        fill(3);
        long oldest = open(1).getContextId();
        time.advance(1);
        long next = open(1).getContextId();
        for (int i = 0; i < 9_999; i++) {
            assertThat(open(1).getError()).isZero();
        }

        assertThat(scans.goOn(GPID, engine, rules, oldest).getError()).isEqualTo(NOT_FOUND);
        assertThat(scans.goOn(GPID, engine, rules, next).getError()).isZero();
    }

    @Test
    void rowsOfAnotherPartitionAreHiddenIfTheEnvAndTheRequestSaySo() {
        fill(40);
        AppRules validating =
                AppRules.of(new AppDescription(1, "t", 2, 3, Map.of("replica.split.validate_partition_hash", "true")));
        AppRules plain = AppRules.of(new AppDescription(1, "t", 2, 3, Map.of()));

        int own = scans.open(GPID, engine, validating, request(100)).getKvs().size();
        assertThat(own).isBetween(1, 39);
        int others = scans.open(new Gpid(1, 1), engine, validating, request(100))
                .getKvs()
                .size();
        assertThat(own + others).isEqualTo(40);
        assertThat(scans.open(GPID, engine, validating, request(100).setValidatePartitionHash(false))
                        .getKvs())
                .hasSize(40);
        assertThat(scans.open(GPID, engine, plain, request(100)).getKvs()).hasSize(40);
    }

    private ScanResponse open(int batchSize) {
        return scans.open(GPID, engine, rules, request(batchSize));
    }

    private static GetScannerRequest request(int batchSize) {
        return new GetScannerRequest()
                .setStartKey(Blob.of(new byte[2]))
                .setStopKey(Blob.of(new byte[] {-1, -1}))
                .setStartInclusive(true)
                .setBatchSize(batchSize)
                .setFullScan(true);
    }

    private void fill(int rows) {
        List<RowChange> changes = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            byte[] key = StoredKey.of(("k" + i).getBytes(UTF_8), new byte[0]);
            changes.add(new RowChange(key, StoredValue.of(0, 0, new byte[] {1})));
        }
        engine.apply(1, changes);
    }
}
