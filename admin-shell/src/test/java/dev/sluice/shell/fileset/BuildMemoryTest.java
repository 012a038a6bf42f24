package dev.sluice.shell.fileset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BuildMemoryTest {
    private static final long HEAP = 1L << 30;

    @Test
    void theBuildHasWhatJavaLeaves() {
        assertThat(BuildMemory.of(ByteSize.parse("256M"), HEAP)).isEqualTo(112L << 20);
        assertThat(BuildMemory.of(ByteSize.parse("160M"), HEAP)).isEqualTo(16L << 20);
    }

    @Test
    void tooLittleIsRefusedWithWhatIsNeeded() {
        assertThatThrownBy(() -> BuildMemory.of(ByteSize.parse("159M"), HEAP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("159.0 MiB, expected 160.0 MiB or more");
    }

    @Test
    void moreThanTheHeapCanHoldIsRefusedAndNotFoundOutLater() {
        assertThatThrownBy(() -> BuildMemory.of(ByteSize.parse("4G"), HEAP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4.0 GiB, at most 1.0 GiB are possible here");
    }
}
