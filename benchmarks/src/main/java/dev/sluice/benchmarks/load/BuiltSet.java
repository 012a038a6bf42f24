package dev.sluice.benchmarks.load;

import dev.sluice.bulkload.build.BuildException;
import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.BuildResult;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.shell.ProgressLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A file set that is ready to be loaded into any app of that name and number of partitions.
 *
 * @param root of the block store
 * @param sst its files
 * @param bytes of them
 */
record BuiltSet(LoadRows rows, Path root, String cluster, String app, List<Path> sst, long bytes) {
    /** @param temporary for the build; gone afterwards */
    static BuiltSet build(
            LoadRows rows, Path root, Path temporary, String app, int partitions, SstOptions sst, StopSignal stop)
            throws IOException, BuildException, StoppedException {
        String cluster = "benchmark";
        FileSetLocation location = new FileSetLocation(root.toString(), cluster, app);
        BuildOptions options = BuildOptions.of(
                        new BulkLoadInfo(0, app, partitions), temporary, System.currentTimeMillis())
                .withSst(sst);
        AtomicLong shown = new AtomicLong();
        try (ProgressLine line = Progress.of("Building " + root.getFileName(), rows.rows(), "rows")) {
            BuildResult built = new FileSetBuilder(LocalBlockStore.ofAbsolutePaths(), location, options)
                    .build(rows.source(), stop, now -> {
                        long done = (long) (now.fraction() * rows.rows());
                        line.add(Math.max(0, done - shown.getAndSet(Math.max(done, shown.get()))));
                    });
            return new BuiltSet(rows, root, cluster, app, files(root), built.bytes());
        }
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.toString().endsWith(".sst")).sorted().toList();
        }
    }
}
