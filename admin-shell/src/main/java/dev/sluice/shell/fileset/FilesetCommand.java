package dev.sluice.shell.fileset;

import picocli.CommandLine.Command;

/** {@code sluice fileset}. */
@Command(
        name = "fileset",
        description = "Makes, checks and shows the file sets that bulk loads read.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            FilesetBuildCommand.class,
            FilesetVerifyCommand.class,
            FilesetDescribeCommand.class,
            FilesetDiffCommand.class,
            FilesetReshardCommand.class,
            FilesetCopyCommand.class
        })
public final class FilesetCommand {}
