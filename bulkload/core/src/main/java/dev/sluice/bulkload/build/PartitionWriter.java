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

/** Writes the files and the manifest of one partition. */
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
        List<SstFile> files = new ArrayList<>();
        Path local = directory.resolve("partition-" + partitionIndex);
        long count = 0;
        long reported = 0;
        try (SstWriter writer = new SstWriter(n -> local.resolve(name(n).value()), sst)) {
            while (rows.next()) {
                writer.add(rows.key(), rows.value());
                count++;
                if (writer.finishedCount() > files.size()) {
                    put(partitionIndex, writer, files);
                }
                if (count % ROWS_BETWEEN_REPORTS == 0) {
                    stop.throwIfStopped();
                    long done = count + rows.duplicates();
                    meter.onRowsWritten(done - reported);
                    reported = done;
                }
            }
            writer.finish();
            put(partitionIndex, writer, files);
        }
        meter.onRowsWritten(count + rows.duplicates() - reported);
        Manifest manifest = new Manifest(files);
        set.put(partitionIndex, manifest);
        return new Written(manifest, count, rows.duplicates());
    }

    private void put(int partitionIndex, SstWriter writer, List<SstFile> files) throws IOException {
        while (files.size() < writer.finishedCount()) {
            int next = files.size();
            SstFile file = set.put(partitionIndex, name(next), writer.finished(next));
            files.add(file);
            meter.onFileWritten(file.size());
        }
    }

    private SstFileName name(int number) {
        return new SstFileName(buildName + "-" + String.format(Locale.ROOT, "%05d", number + 1) + ".sst");
    }
}
