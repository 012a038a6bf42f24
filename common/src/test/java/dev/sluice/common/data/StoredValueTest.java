package dev.sluice.common.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Holds the values of the protocol document, sections 4.1, 4.5 and 4.6. */
class StoredValueTest {
    private static final byte[] DATA = "value".getBytes(StandardCharsets.UTF_8);

    @Test
    void aValueOfVersion1IsBuiltAndTakenApart() {
        long timetag = StoredValue.timetagOf(1_700_000_000_000_000L) | 1 << 1;
        byte[] value = StoredValue.of(1000, timetag, DATA);

        assertThat(HexFormat.of().formatHex(value)).isEqualTo("000003e8060a24181e40000276616c7565");
        assertThat(StoredValue.expireTsSeconds(value)).isEqualTo(1000);
        assertThat(StoredValue.timetag(value)).isEqualTo(timetag);
        assertThat(StoredValue.userData(value)).isEqualTo(DATA);
        assertThat(StoredValue.isValid(new byte[11])).isFalse();
    }

    @Test
    void expiryCountsFrom2016AndUnsigned() {
        int now = StoredValue.expiryNow(1_451_606_400_000L + 5_999);

        assertThat(now).isEqualTo(5);
        assertThat(StoredValue.isExpired(5, now)).isTrue();
        assertThat(StoredValue.isExpired(6, now)).isFalse();
        assertThat(StoredValue.isExpired(-1, now)).isFalse();
        assertThat(StoredValue.isExpired(StoredValue.NEVER, now)).isFalse();
    }

    @Test
    void theKeyAfterAPrefixDropsTrailingOnes() {
        assertThat(StoredKey.after(HexFormat.of().parseHex("000161ffff")))
                .isEqualTo(HexFormat.of().parseHex("000162"));
        assertThat(StoredKey.after(HexFormat.of().parseHex("0001ff")))
                .isEqualTo(HexFormat.of().parseHex("0002"));
        assertThat(StoredKey.after(HexFormat.of().parseHex("ffff"))).isEmpty();
    }

    @Test
    void bytesShorterThanTheirHashKeyAreNoStoredKey() {
        assertThat(StoredKey.isValid(new byte[0])).isFalse();
        assertThat(StoredKey.isValid(new byte[] {0, 3, 1, 2})).isFalse();
        assertThatThrownBy(() -> StoredKey.hashKey(new byte[] {0, 3, 1, 2}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
