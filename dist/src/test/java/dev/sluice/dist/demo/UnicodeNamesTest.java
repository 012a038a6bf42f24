package dev.sluice.dist.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnicodeNamesTest {
    @TempDir
    private Path directory;

    @Test
    void hasOverAHundredThousandRowsWithThreeColumnsAndNoKeyTwice() throws Exception {
        Path file = directory.resolve("names.tsv");

        long rows = UnicodeNames.writeTo(file);

        List<String> lines = Files.readAllLines(file);
        assertThat(rows).isGreaterThan(100_000).isEqualTo(lines.size() - 1);
        assertThat(lines).startsWith(UnicodeNames.HEADER).contains("U+1F30A\tname\tWATER WAVE");
        assertThat(lines).allMatch(line -> line.split("\t", -1).length == 3);
        assertThat(lines.stream().map(line -> line.substring(0, line.indexOf('\t'))))
                .doesNotHaveDuplicates();
    }
}
