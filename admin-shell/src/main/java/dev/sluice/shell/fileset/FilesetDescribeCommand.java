package dev.sluice.shell.fileset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFacts;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.rows.KeyText;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.view.TextTable;
import dev.sluice.shell.Figures;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice fileset describe}. */
@Command(
        name = "describe",
        description = "Shows what a file set says of itself; no SST file is read.",
        mixinStandardHelpOptions = true)
final class FilesetDescribeCommand implements Callable<Integer> {
    private static final int BAR_CHARACTERS = 20;
    private static final int DIGEST_CHARACTERS_SHOWN = 16;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SetArgument set;

    @Option(
            names = {"-j", "--json"},
            description = "Print JSON.")
    private boolean isJson;

    @Override
    public Integer call() throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        try (OpenSet opened = set.open()) {
            FileSetSource.Description described = opened.readAll();
            BulkLoadInfo info = described.info();
            List<Manifest> manifests = described.manifests();
            out.print(isJson ? json(info, manifests) + "\n" : text(opened, info, manifests));
            out.flush();
            return 0;
        } catch (SourceException e) {
            spec.commandLine().getErr().println("ERROR: " + e.getMessage());
            return 1;
        }
    }

    private static String text(OpenSet opened, BulkLoadInfo info, List<Manifest> manifests) {
        List<SstFile> files = manifests.stream()
                .flatMap(manifest -> manifest.files().stream())
                .toList();
        long bytes = files.stream().mapToLong(SstFile::size).sum();
        TextTable table = TextTable.facts("file set")
                .add("path", opened.text())
                .add("app_name", info.appName())
                .add("app_id", info.appId() == BulkLoadInfo.UNBOUND ? "any" : info.appId())
                .add("partition_count", info.partitionCount())
                .add("value_version", info.valueVersion())
                .add("signed", info.signature().isEmpty() ? "no" : "yes")
                .add("files", files.size())
                .add("size", Figures.bytes(bytes));
        boolean isKnown = files.stream().allMatch(file -> file.facts().isPresent());
        if (isKnown) {
            addFacts(
                    table,
                    files.stream().map(file -> file.facts().orElseThrow()).toList());
        } else {
            table.add("rows", "? (a set of others does not say; sluice fileset verify counts them)");
        }
        return table + "\n" + partitions(manifests, isKnown);
    }

    private static void addFacts(TextTable table, List<SstFacts> facts) {
        table.add(
                "rows",
                String.format(
                        Locale.ROOT,
                        "%,d",
                        facts.stream().mapToLong(SstFacts::rows).sum()));
        if (facts.isEmpty()) {
            return;
        }
        table.add(
                "keys",
                key(facts.stream()
                                .map(SstFacts::firstKey)
                                .min(Comparator.naturalOrder())
                                .orElseThrow()) + " … "
                        + key(facts.stream()
                                .map(SstFacts::lastKey)
                                .max(Comparator.naturalOrder())
                                .orElseThrow()));
        List<SstFacts> expiring =
                facts.stream().filter(each -> each.rowsThatExpire() > 0).toList();
        table.add(
                "rows that expire",
                expiring.isEmpty()
                        ? "none"
                        : String.format(
                                Locale.ROOT,
                                "%,d, %s … %s",
                                expiring.stream()
                                        .mapToLong(SstFacts::rowsThatExpire)
                                        .sum(),
                                time(expiring.stream()
                                        .mapToLong(SstFacts::firstExpiry)
                                        .min()
                                        .orElseThrow()),
                                time(expiring.stream()
                                        .mapToLong(SstFacts::lastExpiry)
                                        .max()
                                        .orElseThrow())));
    }

    private static TextTable partitions(List<Manifest> manifests, boolean isKnown) {
        long largest =
                manifests.stream().mapToLong(m -> weight(m, isKnown)).max().orElse(0);
        TextTable table =
                TextTable.columns("partitions", "pidx", "files", "rows", "size", "share of the largest", "digest");
        for (int i = 0; i < manifests.size(); i++) {
            Manifest manifest = manifests.get(i);
            int bar =
                    largest == 0 ? 0 : (int) Math.round((double) BAR_CHARACTERS * weight(manifest, isKnown) / largest);
            table.add(
                    i,
                    manifest.files().size(),
                    manifest.rows().isPresent()
                            ? String.format(Locale.ROOT, "%,d", manifest.rows().getAsLong())
                            : "?",
                    Figures.bytes(manifest.totalBytes()),
                    "#".repeat(bar),
                    manifest.digest().substring(0, DIGEST_CHARACTERS_SHOWN));
        }
        return table;
    }

    private static long weight(Manifest manifest, boolean isKnown) {
        return isKnown ? manifest.rows().orElse(0) : manifest.totalBytes();
    }

    private static String key(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return hex.isEmpty() ? "(too long to be noted)" : KeyText.of(bytes, bytes.length);
    }

    private static String time(long expiry) {
        return Instant.ofEpochSecond(expiry + StoredValue.EXPIRY_EPOCH_UNIX_SECONDS)
                .toString();
    }

    private static String json(BulkLoadInfo info, List<Manifest> manifests) throws JsonProcessingException {
        List<Map<String, Object>> partitions = new ArrayList<>();
        for (Manifest manifest : manifests) {
            Map<String, Object> partition = new LinkedHashMap<>();
            partition.put("files", manifest.files().size());
            partition.put("bytes", manifest.totalBytes());
            partition.put("rows", manifest.rows().isPresent() ? manifest.rows().getAsLong() : null);
            partition.put("digest", manifest.digest());
            partitions.add(partition);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("app_id", info.appId());
        json.put("app_name", info.appName());
        json.put("partition_count", info.partitionCount());
        json.put("value_version", info.valueVersion());
        json.put("signed", !info.signature().isEmpty());
        json.put("partitions", partitions);
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }
}
