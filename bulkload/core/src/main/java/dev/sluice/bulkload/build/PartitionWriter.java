package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.rows.MergeCursor;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.sst.SstWriter;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the files of one partition. */
final class PartitionWriter {
    private static final int ROWS_BETWEEN_REPORTS = 1024;

    private final SetWriter set;
    private final String buildName;
    private final SstOptions sst;
    private final Path directory;
    private final BuildMeter meter;

    /** The build's name is part of the files' names, so that those of two builds differ. */
    PartitionWriter(SetWriter set, String buildName, SstOptions sst, Path directory, BuildMeter meter) {
        this.set = set;
        this.buildName = buildName;
        this.sst = sst;
        this.directory = directory;
        this.meter = meter;
    }

    /** What one partition has. */
    record Written(Manifest manifest, long rows, long duplicates) {}

    Written write(int partitionIndex, MergeCursor rows, StopSignal stop) throws IOException, StoppedException {
        long reported = 0;
        try (Target target = open(partitionIndex)) {
            while (rows.next()) {
                target.add(rows.key(), rows.value());
                if (target.rows() % ROWS_BETWEEN_REPORTS == 0) {
                    stop.throwIfStopped();
                    long done = target.rows() + rows.duplicates();
                    meter.onRowsWritten(done - reported);
                    reported = done;
                }
            }
            Manifest manifest = target.finish();
            meter.onRowsWritten(target.rows() + rows.duplicates() - reported);
            return new Written(manifest, target.rows(), rows.duplicates());
        }
    }

    /** Begins a partition. */
    Target open(int partitionIndex) {
        return new Target(partitionIndex);
    }

    private SstFileName name(int number) {
        return new SstFileName(buildName + "-" + String.format(Locale.ROOT, "%05d", number + 1) + ".sst");
    }

    /** One partition: takes its rows in order, and hands each file to the set as soon as it is complete. */
    final class Target implements AutoCloseable {
        private final int partitionIndex;
        private final SstWriter writer;
        private final List<SstFile> files = new ArrayList<>();
        private long rows;

        private Target(int partitionIndex) {
            this.partitionIndex = partitionIndex;
            Path local = directory.resolve("partition-" + partitionIndex);
            this.writer = new SstWriter(n -> local.resolve(name(n).value()), sst);
        }

        void add(byte[] key, byte[] value) throws IOException {
            writer.add(key, value);
            rows++;
            putFinished();
        }

        long rows() {
            return rows;
        }

        /** Ends the last file, and says what there is. */
        Manifest finish() throws IOException {
            writer.finish();
            putFinished();
            return new Manifest(files);
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }

        private void putFinished() throws IOException {
            while (files.size() < writer.finishedCount()) {
                int next = files.size();
                SstFile file =
                        set.put(partitionIndex, name(next), writer.finished(next), crc -> writer.facts(next, crc));
                files.add(file);
                meter.onFileWritten(file.size());
            }
        }
    }
}
