package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.SourceException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a set is to be made, in the words of {@code start_bulk_load}. */
final class SetPlace {
    @Option(
            names = {"-r", "--root"},
            required = true,
            paramLabel = "<dir|uri>",
            description = "Directory of file sets: the root path of start_bulk_load; also s3://<bucket>/<path> and"
                    + " hdfs://<name node>/<path>, where these are installed.")
    private String root;

    @Option(
            names = {"-c", "--cluster"},
            defaultValue = "onebox",
            paramLabel = "<name>",
            description = "Cluster name in the path (default: ${DEFAULT-VALUE}).")
    private String cluster;

    @Option(
            names = {"-a", "--app"},
            required = true,
            paramLabel = "<app_name>",
            description = "The app.")
    private String app;

    @Option(names = "--store-args", split = " ", paramLabel = "<args>", description = OpenSet.STORE_ARGS)
    private @Nullable List<String> storeArgs;

    String app() {
        return app;
    }

    /** Opens the store. Throws {@link IllegalArgumentException} or {@link SourceException} if there is no such place. */
    OpenSet open() throws SourceException {
        return OpenSet.below(root, cluster, app, storeArgs == null ? List.of() : storeArgs);
    }

    /** Where files lie on their way if nothing is said: the root, if that is on this machine. */
    Path temporaryDirectory() {
        return root.contains("://")
                ? OpenSet.temporaryDirectory()
                : Path.of(root).toAbsolutePath().normalize();
    }
}
