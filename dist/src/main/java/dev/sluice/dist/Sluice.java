package dev.sluice.dist;

import dev.sluice.client.ClientException;
import dev.sluice.common.config.ConfigException;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.dist.demo.DemoCommand;
import dev.sluice.dist.logging.Logging;
import dev.sluice.shell.ShellCommand;
import dev.sluice.shell.fileset.FilesetCommand;
import java.io.IOException;
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
        System.exit(new CommandLine(new Sluice())
                .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command))
                .execute(args));
    }

    /** What the user, the machine or another server can cause is one line; anything else is a fault of ours, with its trace. */
    static int report(Exception failure, CommandLine command) throws Exception {
        if (failure instanceof ConfigException
                || failure instanceof RpcException
                || failure instanceof ClientException
                || failure instanceof IOException) {
            command.getErr().println("sluice: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }
}
