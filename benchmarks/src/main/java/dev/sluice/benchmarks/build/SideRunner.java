package dev.sluice.benchmarks.build;

import dev.sluice.benchmarks.measure.MeasuredProcess;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.dist.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Runs a side in a process of its own, counts what it wrote, and deletes that again. */
final class SideRunner {
    /** All is in the heap; it may take what the machine has. */
    private static final List<String> PLAIN_HEAP = List.of("-XX:+UseParallelGC", "-XX:MaxRAMPercentage=80");

    private static final FileSetLocation LOCATION = new FileSetLocation("", "benchmark", "rows");

    private final Path directory;
    private final List<String> filesetHeap;
    private final SparkProcess spark;
    private final int partitions;
    private final StopSignal stop;

    /** @param filesetHeap options that the launcher gives to Java for {@code fileset} */
    SideRunner(Path directory, List<String> filesetHeap, SparkProcess spark, int partitions, StopSignal stop) {
        this.directory = directory;
        this.filesetHeap = List.copyOf(filesetHeap);
        this.spark = spark;
        this.partitions = partitions;
        this.stop = stop;
    }

    SideRun run(Side side, CsvInput input) throws IOException, StoppedException {
        Path place = Files.createDirectories(directory.resolve(side.word()));
        try {
            Path root = Files.createDirectories(place.resolve("root"));
            Path report = place.resolve("report");
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-Djava.io.tmpdir=" + Files.createDirectories(place.resolve("tmp")));
            command.addAll(arguments(side, input, root, report));
            MeasuredProcess process = MeasuredProcess.run(command, place, place.resolve("log"), stop);
            return switch (side) {
                case PLAIN -> plain(input, process, root, ReportFile.read(report));
                case FILESET -> built(input, process, null, root);
                case SPARK -> built(input, process, job(ReportFile.read(report)), root);
            };
        } finally {
            new LocalFileSystem().deleteTree(place);
        }
    }

    private List<String> arguments(Side side, CsvInput input, Path root, Path report) throws IOException {
        String file = input.file().toString();
        String count = Integer.toString(partitions);
        List<String> arguments = new ArrayList<>();
        switch (side) {
            case PLAIN -> {
                arguments.addAll(PLAIN_HEAP);
                arguments.addAll(ownClassPath());
                arguments.add(PlainBuild.class.getName());
                arguments.addAll(List.of(file, root.toString(), count, report.toString()));
            }
            case FILESET -> {
                arguments.addAll(filesetHeap);
                arguments.addAll(ownClassPath());
                arguments.add(Sluice.class.getName());
                arguments.addAll(List.of("fileset", "build", file, "--root=" + root, "--partitions=" + count));
                arguments.addAll(List.of("--cluster=" + LOCATION.cluster(), "--app=" + LOCATION.app()));
            }
            case SPARK -> {
                arguments.addAll(spark.arguments());
                arguments.addAll(
                        List.of(file, root.resolve(LOCATION.directory()).toString(), count, report.toString()));
            }
        }
        return arguments;
    }

    private static List<String> ownClassPath() {
        return List.of("-cp", System.getProperty("java.class.path"));
    }

    private static SideRun plain(CsvInput input, MeasuredProcess process, Path root, Properties report)
            throws IOException {
        LocalFileSystem files = new LocalFileSystem();
        long bytes = 0;
        for (String name : files.list(root)) {
            bytes += files.size(root.resolve(name));
        }
        return new SideRun(input, process, null, ReportFile.number(report, "rows"), bytes);
    }

    private static SideRun.Job job(Properties report) throws IOException {
        return new SideRun.Job(
                ReportFile.number(report, "job_nanos") / 1e9, ReportFile.number(report, "job_cpu_nanos") / 1e9);
    }

    /** Of a set: what its manifests say. */
    private static SideRun built(CsvInput input, MeasuredProcess process, SideRun.@Nullable Job job, Path root)
            throws IOException {
        long rows = 0;
        long bytes = 0;
        try (LocalBlockStore store = LocalBlockStore.below(root)) {
            FileSetSource set = new FileSetSource(store, LOCATION);
            BulkLoadInfo info = set.readInfo();
            for (int i = 0; i < info.partitionCount(); i++) {
                Manifest manifest = set.readManifest(info, i);
                rows += manifest.rows().orElse(0);
                bytes += manifest.totalBytes();
            }
        } catch (SourceException e) {
            throw new IOException("the set cannot be read: " + e.getMessage(), e);
        }
        return new SideRun(input, process, job, rows, bytes);
    }
}
