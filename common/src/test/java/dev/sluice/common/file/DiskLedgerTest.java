package dev.sluice.common.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskLedgerTest {
    private static final Path A = Path.of("/data/1.0/load/7");
    private static final Path B = Path.of("/data/2.3/load/9");

    private long free = 100;
    private final DiskLedger ledger = new DiskLedger("data:/data", () -> free);

    @Test
    void ofTwoThatCompeteForTheLastBytesOneGetsThem() throws IOException {
        DiskLedger.Claim first = ledger.reserve(A, 60, 0);
        assertThatThrownBy(() -> ledger.reserve(B, 60, 0))
                .isInstanceOf(DiskFullException.class)
                .hasMessage("needs 60 bytes, disk data:/data has 100 free of which 60 are reserved");
        assertThat(ledger.reservedBytes()).isEqualTo(60);

        first.release();
        ledger.reserve(B, 100, 0);
        assertThat(ledger.reservedBytes()).isEqualTo(100);
    }

    @Test
    void whatIsWrittenIsNotCountedTwice() throws IOException {
        DiskLedger.Claim first = ledger.reserve(A, 60, 0);
        free -= 50;
        first.written(50);
        ledger.reserve(B, 40, 0);

        first.deleted(50);
        free += 50;
        assertThat(ledger.reservedBytes()).isEqualTo(100);
        assertThatThrownBy(() -> ledger.reserve(Path.of("/data/3.0/load/1"), 1, 0))
                .isInstanceOf(DiskFullException.class);
    }

    @Test
    void whatIsToStayFreeStaysFree() throws IOException {
        assertThatThrownBy(() -> ledger.reserve(A, 91, 10))
                .hasMessage("needs 91 bytes, disk data:/data has 100 free of which 0 are reserved and 10 stay free");
        ledger.reserve(A, 90, 10);
        assertThat(ledger.reservedBytes()).isEqualTo(90);
    }

    @Test
    void whoeverNeedsNothingIsNeverRefused() throws IOException {
        free = 0;
        ledger.reserve(A, 0, 10).written(5);
        assertThat(ledger.reservedBytes()).isZero();
    }

    @Test
    void aHolderHasOneClaimAndARefusedOneHasNone() throws IOException {
        ledger.reserve(A, 80, 0);
        ledger.reserve(A, 90, 0);
        assertThat(ledger.reservedBytes()).isEqualTo(90);
        assertThatThrownBy(() -> ledger.reserve(A, 101, 0)).isInstanceOf(DiskFullException.class);
        assertThat(ledger.reservedBytes()).isZero();
    }

    @Test
    void whatWasPromisedBeforeARestartIsStillPromised() throws IOException {
        ledger.restore(A, 60);
        assertThatThrownBy(() -> ledger.reserve(B, 60, 0)).hasMessageContaining("100 free of which 60 are reserved");
        ledger.reserve(A, 60, 0);
        assertThat(ledger.reservedBytes()).isEqualTo(60);
    }

    /** The disk became smaller while the process was down: two that cannot both go on do not keep each other out for ever. */
    @Test
    void ofTwoThatWerePromisedTooMuchOneGoesOn() throws IOException {
        ledger.restore(A, 60);
        ledger.restore(B, 60);
        assertThatThrownBy(() -> ledger.reserve(A, 60, 0)).isInstanceOf(DiskFullException.class);
        ledger.reserve(B, 60, 0);
        assertThat(ledger.reservedBytes()).isEqualTo(60);
    }

    @Test
    void whatIsCleanedUpIsGivenBackAndWhoeverComesLateChangesNothing() throws IOException {
        DiskLedger.Claim late = ledger.reserve(A, 60, 0);
        ledger.restore(B, 30);
        ledger.releaseBelow(Path.of("/data/1.0"));
        late.written(10);
        late.deleted(10);
        assertThat(ledger.reservedBytes()).isEqualTo(30);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> ledger.reserve(A, -1, 0)).hasMessageContaining("-1");
        assertThatThrownBy(() -> ledger.restore(A, -1)).hasMessageContaining("-1");
    }

    /** Whoever was promised room finds it, however writers come, go and begin anew. */
    @Property(tries = 300)
    void nobodyWhoWasPromisedRoomFindsTheDiskFull(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            writers.add(new Writer(Path.of("/data", String.valueOf(i))));
        }
        for (int i = 0; i < 300; i++) {
            Writer writer = writers.get(random.nextInt(writers.size()));
            switch (random.nextInt(4)) {
                case 0 -> writer.begin(random.nextInt(60));
                case 1, 2 -> writer.write(random.nextInt(20));
                default -> writer.end(random.nextBoolean());
            }
            assertThat(free).isGreaterThanOrEqualTo(ledger.reservedBytes());
        }
    }

    private final class Writer {
        private final Path holder;
        private long onDisk;
        private long left;
        private DiskLedger.@Nullable Claim claim;

        private Writer(Path holder) {
            this.holder = holder;
        }

        private void begin(long bytes) throws IOException {
            try {
                claim = ledger.reserve(holder, bytes, 0);
                left = bytes;
            } catch (DiskFullException e) {
                claim = null;
                left = 0;
            }
        }

        private void write(long bytes) {
            if (claim != null) {
                long written = Math.min(left, bytes);
                free -= written;
                assertThat(free).isNotNegative();
                onDisk += written;
                left -= written;
                claim.written(written);
            }
        }

        private void end(boolean deletes) {
            if (claim != null) {
                claim.release();
                claim = null;
                left = 0;
            }
            if (deletes) {
                free += onDisk;
                onDisk = 0;
            }
        }
    }
}
