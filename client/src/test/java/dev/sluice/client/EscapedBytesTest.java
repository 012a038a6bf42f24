package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EscapedBytesTest {
    @Property
    void whatIsPrintedIsReadAsTheSameBytes(@ForAll byte[] bytes) {
        assertThat(EscapedBytes.parse(EscapedBytes.print(bytes))).isEqualTo(bytes);
    }

    @Property
    void textIsPrintedSoThatItIsReadAsTheSameText(@ForAll String text) {
        byte[] bytes = text.getBytes(UTF_8);
        assertThat(EscapedBytes.parse(EscapedBytes.print(bytes))).isEqualTo(bytes);
    }

    @Test
    void textStaysTextAndTheRestIsHexadecimal() {
        assertThat(EscapedBytes.print("größe 漢字".getBytes(UTF_8))).isEqualTo("größe 漢字");
        assertThat(EscapedBytes.print(new byte[] {'a', 0, '\\', (byte) 0xff})).isEqualTo("a\\x00\\\\\\xFF");
        assertThat(EscapedBytes.print("a\nb".getBytes(UTF_8))).isEqualTo("a\\x0Ab");
        assertThat(EscapedBytes.parse("a\\x00\\n\\\\")).isEqualTo(new byte[] {'a', 0, '\n', '\\'});
    }

    @Test
    void anEscapeThatIsNoneIsRefused() {
        assertThatThrownBy(() -> EscapedBytes.parse("a\\q")).hasMessageContaining("at character 2");
        assertThatThrownBy(() -> EscapedBytes.parse("a\\x0")).hasMessageContaining("two hexadecimal digits");
        assertThatThrownBy(() -> EscapedBytes.parse("a\\")).hasMessageContaining("'a\\'");
    }
}
