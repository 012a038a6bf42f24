package dev.sluice.benchmarks;

import dev.sluice.benchmarks.build.BuildBenchmark;
import dev.sluice.benchmarks.control.ControlPlaneBenchmark;
import dev.sluice.benchmarks.data.DataBenchmark;
import dev.sluice.benchmarks.load.LoadBenchmark;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code sluice benchmark}. */
@Command(
        name = "benchmark",
        description = "Measures Sluice on this machine.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SmallLoad.class,
            DataBenchmark.class,
            LoadBenchmark.class,
            BuildBenchmark.class,
            ControlPlaneBenchmark.class,
            CommandLine.HelpCommand.class
        })
public final class Benchmarks {
    private Benchmarks() {}

    /** Runs a benchmark and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks()).execute(args));
    }
}
