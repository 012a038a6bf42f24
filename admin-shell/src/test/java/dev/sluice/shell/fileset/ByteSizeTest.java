package dev.sluice.shell.fileset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"17, 17", "512k, 524288", "64M, 67108864", "256MiB, 268435456", "2 GB, 2147483648"})
    void sizesAreReadAsPeopleWriteThem(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @Test
    void whatIsNoSizeIsRefused() {
        assertThatThrownBy(() -> ByteSize.parse("64 apples"))
                .hasMessage("'64 apples': expected a number of bytes, such as 512k, 64M or 2G");
    }
}
