package dev.sluice.bulkload.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.rows.RowCursor;
import org.junit.jupiter.api.Test;

class SortBufferTest {
    @Test
    void itNeverCountsMoreThanItsLimitUnlessItHoldsOneRow() {
        for (int limit : new int[] {8_000, 64_000, 500_000}) {
            SortBuffer buffer = new SortBuffer(3, limit);
            int rows = 0;
            while (buffer.add(rows % 3, new byte[] {(byte) rows, (byte) (rows >> 8)}, new byte[50])) {
                rows++;
                assertThat(buffer.bytes()).isLessThanOrEqualTo(limit);
            }
            // What it counts is not far from what the rows need.
            assertThat(rows * 60L).isGreaterThan(limit / 4);
            buffer.clear();
            assertThat(buffer.bytes()).isZero();
            assertThat(buffer.add(0, new byte[10], new byte[limit])).isTrue();
            assertThat(buffer.add(0, new byte[10], new byte[10])).isFalse();
        }
    }

    @Test
    void rowsComeOutSortedAndTheLastOfEachKeyStays() throws Exception {
        SortBuffer buffer = new SortBuffer(1, 1_000_000);
        for (int round = 0; round < 3; round++) {
            for (int i = 999; i >= 0; i--) {
                buffer.add(0, new byte[] {(byte) (i >> 8), (byte) i}, new byte[] {(byte) round});
            }
        }
        assertThat(buffer.sort(0)).isEqualTo(2000);
        RowCursor rows = buffer.cursor(0);
        for (int i = 0; i < 1000; i++) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.key()).containsExactly((byte) (i >> 8), (byte) i);
            assertThat(rows.value()).containsExactly((byte) 2);
        }
        assertThat(rows.next()).isFalse();
    }
}
