package dev.sluice.benchmarks.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.work.StopSignal;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvInputTest {
    private static final int ROWS = 1001;

    @TempDir
    private Path directory;

    @Test
    void everyRowHasAKeyOfItsOwnAndAValueOfThatLength() throws Exception {
        CsvInput input = CsvInput.write(directory.resolve("in.csv"), ROWS, 25, new StopSignal());

        List<String> lines = Files.readAllLines(input.file());
        List<String> keys = lines.stream()
                .skip(1)
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
        assertThat(lines).hasSize(1 + ROWS).first().isEqualTo("hash_key,sort_key,value");
        assertThat(keys).doesNotHaveDuplicates().isNotEqualTo(List.copyOf(new TreeSet<>(keys)));
        assertThat(lines.stream().skip(1))
                .allMatch(line -> line.substring(line.lastIndexOf(',') + 1).length() == 25);
        assertThat(input.bytes()).isEqualTo(Files.size(input.file()));
    }

    @Test
    void theSameArgumentsGiveTheSameFile() throws Exception {
        CsvInput one = CsvInput.write(directory.resolve("one.csv"), ROWS, 10, new StopSignal());
        CsvInput other = CsvInput.write(directory.resolve("other.csv"), ROWS, 10, new StopSignal());

        assertThat(other.file()).hasSameBinaryContentAs(one.file());
    }

    @Test
    void thePlainCostIsOfAllRowsInTheOrderOfTheirKeys() throws Exception {
        CsvInput input = CsvInput.write(directory.resolve("in.csv"), ROWS, 10, new StopSignal());
        Path files = directory.resolve("files");
        Path report = directory.resolve("report");

        PlainBuild.main(new String[] {input.file().toString(), files.toString(), "4", report.toString()});

        Properties said = ReportFile.read(report);
        assertThat(ReportFile.number(said, "rows")).isEqualTo(ROWS);
        int rows = 0;
        for (int i = 0; i < 4; i++) {
            List<byte[]> keys = keys(files.resolve(i + ".rows"));
            assertThat(keys).isNotEmpty().isSortedAccordingTo(Arrays::compareUnsigned);
            rows += keys.size();
        }
        assertThat(rows).isEqualTo(ROWS);
    }

    private static List<byte[]> keys(Path file) throws IOException {
        List<byte[]> keys = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            while (in.available() > 0) {
                keys.add(in.readNBytes(in.readInt()));
                in.skipNBytes(in.readInt());
            }
        }
        return keys;
    }
}
