package dev.sluice.dist.demo;

import dev.sluice.bulkload.build.Columns;
import dev.sluice.bulkload.build.RowFormat;
import dev.sluice.dist.logging.Logging;
import dev.sluice.dist.onebox.OneboxLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice demo}. */
@Command(
        name = "demo",
        description = {
            "Starts a cluster of one meta server and three replica servers, builds a file set from rows, bulk-loads it,"
                    + " reads every row back and compares all replicas.",
            "Ends with 0 only if every row was right on every replica."
        },
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Rows as .csv, .tsv or .jsonl, also .gz, with a header"
                    + " (default: the names of all Unicode characters that this JDK knows).")
    private @Nullable Path input;

    @Option(
            names = "--hash-key",
            defaultValue = "hash_key",
            paramLabel = "COLUMN",
            description = "Column of the hash key (default: ${DEFAULT-VALUE}).")
    private String hashKey;

    @Option(
            names = "--sort-key",
            defaultValue = "sort_key",
            paramLabel = "COLUMN",
            description = "Column of the sort key; empty for none (default: ${DEFAULT-VALUE}).")
    private String sortKey;

    @Option(
            names = "--value",
            defaultValue = "value",
            paramLabel = "COLUMN",
            description = "Column of the value; * for the whole row (default: ${DEFAULT-VALUE}).")
    private String value;

    @Option(
            names = "--partitions",
            defaultValue = "8",
            paramLabel = "N",
            description = "Partitions of the app (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(names = "--keep", description = "Leaves the cluster running until Ctrl-C.")
    private boolean keep;

    @Override
    public Integer call() throws Exception {
        if (partitions < 1 || partitions > 1024) {
            throw new ParameterException(spec.commandLine(), "--partitions " + partitions + ": expected 1 to 1024");
        }
        Path file = input;
        if (file != null && !Files.isReadable(file)) {
            throw new ParameterException(spec.commandLine(), "--input " + file + ": there is no such file to read");
        }
        Columns columns = new Columns(hashKey, sortKey, value, "");
        if (columns.equals(new Columns("hash_key", "sort_key", "value", ""))) {
            columns = Columns.DEFAULTS;
        }
        try (DemoDirectory directory = DemoDirectory.create()) {
            Logging.toFile(directory.path().resolve("demo.log"));
            DemoInput rows = file == null
                    ? DemoInput.unicodeNames(directory.path())
                    : new DemoInput(file, RowFormat.ofName(file), columns, file.toString());
            OneboxLayout layout = OneboxLayout.onFreePorts(directory.path().resolve("onebox"), 1, 3);
            return new Demo(spec.commandLine().getOut(), layout, rows, partitions).run(directory, keep) ? 0 : 1;
        }
    }
}
