package dev.sluice.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(screen, true, UTF_8);

    @Test
    void withoutATerminalOneLineSaysWhatWasDone() {
        try (ProgressLine progress = new ProgressLine("Reading rows back", 2_000, "rows", stream, false)) {
            progress.add(1_500);
            progress.add(500);
        }

        assertThat(screen.toString(UTF_8)).matches("Reading rows back: 2,000 rows in \\d+\\.\\d s\\R");
    }

    @Test
    void onATerminalThereIsABar() {
        try (ProgressLine progress = new ProgressLine("Reading", 2_000, "rows", stream, true)) {
            progress.add(2_000);
        }

        assertThat(screen.toString(UTF_8)).contains("Reading").contains("100%").contains("2000/2000 rows");
    }

    @Test
    void figuresAreWrittenForPeople() {
        assertThat(Figures.bytes(1023)).isEqualTo("1023 B");
        assertThat(Figures.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Figures.bytes(3L << 40)).isEqualTo("3.0 TiB");
        assertThat(Figures.duration(62)).isEqualTo("1:02");
        assertThat(Figures.duration(3723)).isEqualTo("1:02:03");
    }
}
