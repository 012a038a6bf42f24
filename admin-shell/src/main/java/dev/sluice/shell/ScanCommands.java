package dev.sluice.shell;

import static dev.sluice.shell.DataCommands.quoted;

import dev.sluice.client.ClientException;
import dev.sluice.client.EscapedBytes;
import dev.sluice.client.Row;
import dev.sluice.client.RowScan;
import dev.sluice.client.ScanOptions;
import dev.sluice.client.Table;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.view.TextTable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** All rows of the app in use, and where a row belongs. */
final class ScanCommands {
    private ScanCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new FullScan(session), new CountData(session), new Hash(session));
    }

    @Command(name = "full_scan", description = "Prints rows, partition after partition.")
    private static final class FullScan implements Callable<Integer> {
        private final ShellSession session;

        @Option(
                names = {"-n", "--max_count"},
                defaultValue = "100",
                description = "At most so many rows (default: 100).")
        private long maxRows;

        FullScan(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            long rows = 0;
            try (RowScan scan = session.table().scan(ScanOptions.all())) {
                while (rows < maxRows && scan.hasNext()) {
                    Row row = scan.next();
                    session.out()
                            .println(quoted(row.hashKey()) + " : " + quoted(row.sortKey()) + " => "
                                    + quoted(row.value()));
                    rows++;
                }
            }
            session.out().println(rows + " key-value pairs got");
            return Shell.DONE;
        }
    }

    @Command(name = "count_data", description = "Counts the rows of each partition by reading them all.")
    private static final class CountData implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        CountData(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Table table = session.table();
            int partitions = ClientException.await(table.partitionCount());
            TextTable counts = TextTable.columns("partitions", "partition_index", "row_count", "key_value_bytes");
            long totalRows = 0;
            long totalBytes = 0;
            for (int i = 0; i < partitions; i++) {
                long rows = 0;
                long bytes = 0;
                try (RowScan scan = table.scan(i, ScanOptions.all())) {
                    while (scan.hasNext()) {
                        Row row = scan.next();
                        rows++;
                        bytes += row.hashKey().length + row.sortKey().length + row.value().length;
                    }
                }
                counts.add(i, rows, bytes);
                totalRows += rows;
                totalBytes += bytes;
            }
            session.print(
                    json,
                    counts,
                    TextTable.facts("summary").add("row_count", totalRows).add("key_value_bytes", totalBytes));
            return Shell.DONE;
        }
    }

    @Command(name = "hash", description = "Says to which partition of the app in use a row belongs.")
    private static final class Hash implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<hash_key>")
        private String hashKey;

        @Parameters(index = "1", arity = "0..1", paramLabel = "<sort_key>", defaultValue = "")
        private String sortKey;

        Hash(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            byte[] key = StoredKey.of(EscapedBytes.parse(hashKey), EscapedBytes.parse(sortKey));
            long hash = PartitionHash.ofStoredKey(key);
            int partitions = ClientException.await(session.table().partitionCount());
            int index = PartitionHash.partitionIndex(hash, partitions);
            session.say(
                    json,
                    "key_hash: " + Long.toUnsignedString(hash) + ", partition_index: " + index,
                    Map.of("key_hash", Long.toUnsignedString(hash), "partition_index", index));
            return Shell.DONE;
        }
    }
}
