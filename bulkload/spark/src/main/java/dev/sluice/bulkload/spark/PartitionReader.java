package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.sst.SstMerge;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Reads a partition of a set: copies its files to the disk of this machine, compares each with what the manifest says, and
 * gives their rows out as if they were one file, the later one winning.
 */
final class PartitionReader implements FlatMapFunction<Iterator<Tuple2<Integer, String>>, Row> {
    private final String location;
    private final String tempDir;
    private final List<SetColumn> columns;
    private final Broadcast<SerializableConfiguration> conf;

    PartitionReader(
            String location, String tempDir, List<SetColumn> columns, Broadcast<SerializableConfiguration> conf) {
        this.location = location;
        this.tempDir = tempDir;
        this.columns = new ArrayList<>(columns);
        this.conf = conf;
    }

    /** The input is the partition's index and its manifest. */
    @Override
    public Iterator<Row> call(Iterator<Tuple2<Integer, String>> parts) throws IOException {
        if (!parts.hasNext()) {
            return Collections.emptyIterator();
        }
        Tuple2<Integer, String> part = parts.next();
        int partition = part._1();
        SetDirectory set = SetDirectory.of(location, conf.value().value());
        Path local = LocalDirectory.create(tempDir);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> LocalDirectory.delete(local));
        List<Path> copies = new ArrayList<>();
        for (SstFile file : manifest(partition, part._2()).files()) {
            copies.add(copy(set.file(partition, file.name().value()), file, set, local));
        }
        SstMerge rows = new SstMerge(copies);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> rows.close());
        return new Rows(partition, rows);
    }

    private static Manifest manifest(int partition, String json) {
        try {
            return Manifest.parse("manifest of partition " + partition, json.getBytes(StandardCharsets.UTF_8));
        } catch (SourceException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Path copy(org.apache.hadoop.fs.Path source, SstFile file, SetDirectory set, Path local)
            throws IOException {
        Path copy = local.resolve(file.name().value());
        MessageDigest md5 = PartitionOutput.newMd5();
        long size;
        try (InputStream in = new DigestInputStream(set.open(source), md5)) {
            size = Files.copy(in, copy);
        }
        if (size != file.size()) {
            throw new IOException(source + ": expected " + file.size() + " bytes, found " + size);
        }
        String found = HexFormat.of().formatHex(md5.digest());
        if (file.hasMd5() && !file.md5().equals(found)) {
            throw new IOException(source + ": expected MD5 " + file.md5() + ", found " + found);
        }
        return copy;
    }

    private final class Rows implements Iterator<Row> {
        private final int partition;
        private final SstMerge rows;
        private boolean isKnown;
        private boolean isThere;

        private Rows(int partition, SstMerge rows) {
            this.partition = partition;
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            if (!isKnown) {
                try {
                    isThere = rows.next();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                isKnown = true;
            }
            return isThere;
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            isKnown = false;
            try {
                byte[] key = rows.key();
                byte[] value = rows.value();
                @Nullable Object[] content = new @Nullable Object[columns.size()];
                for (int i = 0; i < content.length; i++) {
                    content[i] = columns.get(i).in(partition, key, value);
                }
                return RowFactory.create(content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
