package dev.sluice.common.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The examples of section 4.5 of the protocol document. */
class ValueFormatTest {
    private static final long TIMETAG = (1_700_000_000_000_000L << 8) | (1 << 1);
    private static final byte[] DATA = "value".getBytes(UTF_8);

    @ParameterizedTest
    @CsvSource({
        "V0,0,0000000076616c7565",
        "V0,1000,000003e876616c7565",
        "V1,1000,000003e8060a24181e40000276616c7565",
        "V2,1000,82000003e8060a24181e40000276616c7565"
    })
    void valuesLookAsTheDocumentShows(ValueFormat format, int expireTsSeconds, String hex) {
        byte[] golden = HexFormat.of().parseHex(hex);

        assertThat(format.of(expireTsSeconds, TIMETAG, DATA)).isEqualTo(golden);
        assertThat(format.isValid(golden)).isTrue();
        assertThat(format.expireTsSeconds(golden)).isEqualTo(expireTsSeconds);
        assertThat(format.userData(golden)).isEqualTo(DATA);
        assertThat(format.timetag(golden)).isEqualTo(format == ValueFormat.V0 ? 0 : TIMETAG);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsShorterThanItsHeaderIsNoValue(ValueFormat format) {
        byte[] empty = format.of(0, 0, new byte[0]);

        assertThat(format.isValid(empty)).isTrue();
        assertThat(format.userData(empty)).isEmpty();
        assertThat(format.isValid(java.util.Arrays.copyOf(empty, empty.length - 1)))
                .isFalse();
    }

    @Test
    void aValueOfVersion2SaysSo() {
        assertThat(ValueFormat.V2.isValid(ValueFormat.V1.of(0, 0, DATA))).isFalse();
    }
}
