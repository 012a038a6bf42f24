package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.SourceException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A set that is there: as one path, or in the words of {@code start_bulk_load}. */
final class SetArgument {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "SET", description = OpenSet.SET)
    private @Nullable String set;

    @Option(
            names = {"-r", "--root"},
            paramLabel = "<dir|uri>",
            description = "In place of SET: the root path of start_bulk_load.")
    private @Nullable String root;

    @Option(
            names = {"-c", "--cluster"},
            defaultValue = "onebox",
            paramLabel = "<name>",
            description = "With --root: cluster name in the path (default: ${DEFAULT-VALUE}).")
    private String cluster;

    @Option(
            names = {"-a", "--app"},
            paramLabel = "<app_name>",
            description = "With --root: the app.")
    private @Nullable String app;

    @Option(names = "--store-args", split = " ", paramLabel = "<args>", description = OpenSet.STORE_ARGS)
    private @Nullable List<String> storeArgs;

    /** Opens the store. Throws {@link SourceException} if there is no such place. */
    OpenSet open() throws SourceException {
        List<String> args = storeArgs == null ? List.of() : storeArgs;
        try {
            if (set != null && root == null && app == null) {
                return OpenSet.of(set, args);
            }
            if (set == null && root != null && app != null) {
                return OpenSet.below(root, cluster, app, args);
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
        throw new ParameterException(spec.commandLine(), "expected SET, or --root and --app");
    }
}
