package dev.sluice.benchmarks.control;

import dev.sluice.dist.logging.Logging;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a load costs the leader of a large cluster. */
@Command(
        name = "control-plane",
        description = {
            "Runs a load on large simulated clusters and shows what it costs the meta leader.",
            "",
            "The meta server and the node streams are the real ones, in one thread and in virtual time; the groups of "
                    + "replicas only say what real ones would, and move no bytes. Downloads take two seconds each, five "
                    + "at a time on a node. CPU is what the leader's tasks took, without encoding and sockets; one "
                    + "cluster before the others is not counted.",
        },
        mixinStandardHelpOptions = true)
public final class ControlPlaneBenchmark implements Callable<Integer> {
    private static final double SECONDS_MAX = 10;
    private static final double RECORDS_PER_PARTITION_MAX = 2;
    private static final long QUIET_MS = 60_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--nodes",
            defaultValue = "200",
            paramLabel = "N",
            description = "Replica servers (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--partitions",
            split = ",",
            defaultValue = "1000,3000,10000",
            paramLabel = "N",
            description = "Partitions of the app that is loaded, one cluster for each (default: ${DEFAULT-VALUE}).")
    private List<Integer> partitions;

    @Option(
            names = "--files",
            defaultValue = "4",
            paramLabel = "N",
            description = "Files of each partition (default: ${DEFAULT-VALUE}).")
    private int files;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path log = Files.createTempFile("sluice-control-plane-", ".log");
        Logging.toFile(log);
        try {
            measure(Math.min(300, partitions.get(0)));
            out.printf("%d nodes, 3 replicas of each partition, %d files of 64 MiB each%n", nodes, files);
            out.printf(
                    "%10s %9s %10s %10s %11s %11s %10s %11s %11s %10s %10s%n",
                    "partitions",
                    "CPU s",
                    "CPU µs/p",
                    "records/p",
                    "entries",
                    "journal KiB",
                    "frames",
                    "up MiB",
                    "down MiB",
                    "heap MiB",
                    "virtual s");
            boolean reached = true;
            for (int count : partitions) {
                Measured measured = measure(count);
                print(out, count, measured);
                reached &= measured.seconds() <= SECONDS_MAX && measured.recordsPer(count) <= RECORDS_PER_PARTITION_MAX;
            }
            out.printf(
                    "%s: at most %.0f s of CPU and %.0f journal records per partition%n",
                    reached ? "reached" : "not reached", SECONDS_MAX, RECORDS_PER_PARTITION_MAX);
        } finally {
            Files.delete(log);
        }
        return 0;
    }

    private record Measured(ImaginaryCluster.Work work, long heapBytes, ImaginaryCluster.Work quiet) {
        double seconds() {
            return work.busyNanos() / 1e9;
        }

        double recordsPer(int partitions) {
            return 1.0 * work.records() / partitions;
        }
    }

    private Measured measure(int count) throws IOException {
        ImaginaryCluster cluster = new ImaginaryCluster(nodes, count, files);
        ImaginaryCluster.Work atRest = cluster.work();
        cluster.idle(QUIET_MS);
        ImaginaryCluster.Work before = cluster.work();
        long heapBefore = heapBytes();
        long[] heap = new long[1];
        cluster.load(() -> heap[0] = heapBytes() - heapBefore);
        return new Measured(cluster.work().since(before), heap[0], before.since(atRest));
    }

    private static void print(PrintWriter out, int count, Measured measured) {
        ImaginaryCluster.Work work = measured.work();
        out.printf(
                Locale.ROOT,
                "%,10d %9.2f %10.0f %10.2f %,11d %,11d %,10d %11.1f %11.1f %10.1f %10.1f%n",
                count,
                measured.seconds(),
                work.busyNanos() / 1e3 / count,
                measured.recordsPer(count),
                work.entries(),
                work.journalBytes() >> 10,
                work.frames(),
                work.bytesUp() / 1048576.0,
                work.bytesDown() / 1048576.0,
                measured.heapBytes() / 1048576.0,
                work.atMs() / 1e3);
        out.flush();
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
