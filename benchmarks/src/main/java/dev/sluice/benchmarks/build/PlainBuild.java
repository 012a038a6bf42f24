package dev.sluice.benchmarks.build;

import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The least that one has to do to a {@link CsvInput} so that a file set could be made of it, with everything in memory: read
 * the file at once, split it, sort each partition's rows by key, write one file for each with an fsync, two at a time. There
 * are no blocks, checksums or compression, and of equal keys both stay.
 *
 * <p>Arguments: input, directory for the files, number of partitions, file for the number of rows.
 */
final class PlainBuild {
    /** As {@code fileset build} has. */
    private static final int THREADS = 2;

    private static final int BUFFER_BYTES = 1 << 20;

    private PlainBuild() {}

    /** A row whose value still lies in the input. */
    private static final class Row {
        final byte[] key;
        final int valueOffset;
        final int valueLength;

        Row(byte[] key, int valueOffset, int valueLength) {
            this.key = key;
            this.valueOffset = valueOffset;
            this.valueLength = valueLength;
        }
    }

    public static void main(String[] args) throws Exception {
        byte[] text = Files.readAllBytes(Path.of(args[0]));
        Path directory = Files.createDirectories(Path.of(args[1]));
        List<List<Row>> partitions = split(text, Integer.parseInt(args[2]));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < partitions.size(); i++) {
                Path file = directory.resolve(i + ".rows");
                List<Row> rows = partitions.get(i);
                writing.add(threads.submit(() -> {
                    rows.sort((one, other) -> Arrays.compareUnsigned(one.key, other.key));
                    write(text, rows, file);
                    return null;
                }));
            }
            for (Future<?> one : writing) {
                one.get();
            }
        } finally {
            threads.shutdown();
        }
        Properties report = new Properties();
        report.setProperty(
                "rows", Long.toString(partitions.stream().mapToLong(List::size).sum()));
        ReportFile.write(Path.of(args[3]), report);
    }

    private static List<List<Row>> split(byte[] text, int partitionCount) {
        List<List<Row>> partitions = new ArrayList<>();
        for (int i = 0; i < partitionCount; i++) {
            partitions.add(new ArrayList<>());
        }
        int begin = CsvInput.HEADER.length();
        while (begin < text.length) {
            int hashKeyEnd = indexOf((byte) ',', text, begin);
            int sortKeyEnd = indexOf((byte) ',', text, hashKeyEnd + 1);
            int end = indexOf((byte) '\n', text, sortKeyEnd + 1);
            byte[] key = StoredKey.of(
                    Arrays.copyOfRange(text, begin, hashKeyEnd), Arrays.copyOfRange(text, hashKeyEnd + 1, sortKeyEnd));
            int partition =
                    PartitionHash.partitionIndex(PartitionHash.of(text, begin, hashKeyEnd - begin), partitionCount);
            partitions.get(partition).add(new Row(key, sortKeyEnd + 1, end - sortKeyEnd - 1));
            begin = end + 1;
        }
        return partitions;
    }

    private static int indexOf(byte wanted, byte[] text, int from) {
        int i = from;
        while (text[i] != wanted) {
            i++;
        }
        return i;
    }

    private static void write(byte[] text, List<Row> rows, Path file) throws IOException {
        try (FileOutputStream bytes = new FileOutputStream(file.toFile());
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(bytes, BUFFER_BYTES))) {
            for (Row row : rows) {
                out.writeInt(row.key.length);
                out.write(row.key);
                out.writeInt(row.valueLength);
                out.write(text, row.valueOffset, row.valueLength);
            }
            out.flush();
            bytes.getFD().sync();
        }
    }
}
