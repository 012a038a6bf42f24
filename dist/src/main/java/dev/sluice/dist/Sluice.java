package dev.sluice.dist;

import dev.sluice.dist.demo.DemoCommand;
import dev.sluice.dist.logging.Logging;
import dev.sluice.shell.ShellCommand;
import dev.sluice.shell.fileset.FilesetCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice} command. */
@Command(
        name = "sluice",
        description =
                "A partitioned, replicated key-value store that moves whole data sets in and out while it serves.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "From a checkout of the sources also:",
            "  test       Builds everything and runs all tests.",
            "  benchmark  Measures Sluice on this machine."
        },
        subcommands = {
            DemoCommand.class,
            OneboxCommand.class,
            MetaServerCommand.class,
            ReplicaServerCommand.class,
            ShellCommand.class,
            FilesetCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Sluice {
    private Sluice() {}

    /** Runs a command and ends the process with its exit code: 0 done, 1 failed, 2 wrong use. */
    public static void main(String[] args) {
        // A tool is quiet; a server or a cluster chooses its log itself.
        Logging.QUIET.use();
        System.exit(new CommandLine(new Sluice()).execute(args));
    }
}
