package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFacts;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.sst.SstWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of one partition: each on the disk of this machine, and when it is complete to its place. So that disk
 * has one of them at a time. Owned by the task's thread.
 */
final class PartitionOutput implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final SetDirectory set;
    private final int partition;
    private final String namePrefix;
    private final Consumer<org.apache.hadoop.fs.Path> beforeUpload;
    private final SstWriter writer;
    private final List<SstFile> files = new ArrayList<>();
    private byte @Nullable [] key;
    private byte[] value = new byte[0];
    private long rows;
    private long duplicates;

    /** The listener is told of each file before anything of it is at its place. */
    PartitionOutput(
            SetDirectory set,
            int partition,
            String namePrefix,
            Path localDirectory,
            SstOptions sst,
            Consumer<org.apache.hadoop.fs.Path> beforeUpload) {
        this.set = set;
        this.partition = partition;
        this.namePrefix = namePrefix;
        this.beforeUpload = beforeUpload;
        this.writer = new SstWriter(n -> localDirectory.resolve(name(n).value()), sst);
    }

    /** Rows come in ascending order of their keys; of those with the same key the last one stays. */
    void add(byte[] nextKey, byte[] nextValue) throws IOException {
        if (key != null) {
            if (Arrays.equals(key, nextKey)) {
                duplicates++;
            } else {
                write(key);
            }
        }
        key = nextKey;
        value = nextValue;
    }

    WrittenPartition finish() throws IOException {
        if (key != null) {
            write(key);
            key = null;
        }
        writer.finish();
        upload();
        return new WrittenPartition(partition, new Manifest(files), rows, duplicates);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private void write(byte[] currentKey) throws IOException {
        writer.add(currentKey, value);
        rows++;
        upload();
    }

    private void upload() throws IOException {
        while (files.size() < writer.finishedCount()) {
            int next = files.size();
            Path local = writer.finished(next);
            SstFileName name = name(next);
            org.apache.hadoop.fs.Path target = set.file(partition, name.value());
            beforeUpload.accept(target);
            MessageDigest md5 = newMd5();
            CRC32C crc = new CRC32C();
            long size = 0;
            try (InputStream in = Files.newInputStream(local);
                    OutputStream out = set.create(target)) {
                byte[] buffer = new byte[BUFFER_BYTES];
                int read;
                while ((read = in.read(buffer)) > 0) {
                    out.write(buffer, 0, read);
                    md5.update(buffer, 0, read);
                    crc.update(buffer, 0, read);
                    size += read;
                }
            }
            Files.delete(local);
            SstFacts facts = writer.facts(next, (int) crc.getValue());
            files.add(new SstFile(name, size, HexFormat.of().formatHex(md5.digest()), Optional.of(facts)));
        }
    }

    private SstFileName name(int number) {
        return new SstFileName(namePrefix + String.format(Locale.ROOT, "%05d", number + 1) + ".sst");
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
