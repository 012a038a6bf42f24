package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.LocalBlockStore;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a set lies, in the words of {@code start_bulk_load}. */
final class SetPlace {
    @Option(
            names = {"-r", "--root"},
            required = true,
            paramLabel = "<dir>",
            description = "Directory of file sets: the root path of start_bulk_load.")
    private Path root;

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

    String app() {
        return app;
    }

    /** The root as an absolute path. */
    Path root() {
        return root.toAbsolutePath().normalize();
    }

    FileSetLocation location() throws SourceException {
        return FileSetLocation.parse(root().toString(), cluster, app);
    }

    /** The set in a store of absolute paths, which holds nothing open. */
    FileSetSource source() throws SourceException {
        return new FileSetSource(LocalBlockStore.ofAbsolutePaths(), location());
    }
}
