package dev.sluice.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LoadRowsTest {
    @Test
    void asManyRowsAsTheSizeTakes() {
        LoadRows rows = LoadRows.ofSize(1 << 20, 100, 1);

        byte[] key = StoredKey.of(LoadRows.hashKey(0), LoadRows.sortKey());
        byte[] value = StoredValue.of(StoredValue.NEVER, 0, rows.value(0));
        long rowBytes = (long) key.length + value.length;

        assertThat(rows.rows()).isEqualTo((1 << 20) / rowBytes);
        assertThat(LoadRows.ofSize(1, 100, 1).rows()).isEqualTo(1);
    }

    @Test
    void theSourceGivesEachRowOnceAndItsValueCanBeToldAgain() throws Exception {
        LoadRows rows = new LoadRows(1_000, 20, 7);
        Set<String> keys = new HashSet<>();
        RowSource source = rows.source();
        long number = 0;
        for (Row row = source.next(); row != null; row = source.next()) {
            keys.add(new String(row.hashKey(), StandardCharsets.US_ASCII));
            assertThat(row.value()).isEqualTo(rows.value(number)).hasSize(20);
            number++;
        }

        assertThat(keys).hasSize(1_000).contains("row-000000000000", "row-000000000999");
    }

    @Test
    void anotherSeedGivesOtherValuesOfTheSameKeys() {
        LoadRows rows = new LoadRows(10, 100, 1);

        assertThat(rows.withSeed(2).value(3)).isNotEqualTo(rows.value(3));
        assertThat(rows.value(3)).isNotEqualTo(rows.value(4));
    }

    @Test
    void noRowsAreRefused() {
        assertThatThrownBy(() -> new LoadRows(0, 100, 1)).hasMessageContaining("expected at least one row");
    }
}
