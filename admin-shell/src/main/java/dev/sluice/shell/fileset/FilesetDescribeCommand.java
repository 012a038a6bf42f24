package dev.sluice.shell.fileset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.common.view.TextTable;
import dev.sluice.shell.Figures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    private static final int DIGEST_CHARACTERS_SHOWN = 16;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SetPlace place;

    @Option(
            names = {"-j", "--json"},
            description = "Print JSON.")
    private boolean isJson;

    @Override
    public Integer call() throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            FileSetSource source = place.source();
            BulkLoadInfo info = source.readInfo();
            List<Manifest> manifests = new ArrayList<>();
            for (int i = 0; i < info.partitionCount(); i++) {
                manifests.add(source.partition(i).readManifest());
            }
            out.print(isJson ? json(info, manifests) + "\n" : text(source, info, manifests));
            out.flush();
            return 0;
        } catch (SourceException e) {
            spec.commandLine().getErr().println("ERROR: " + e.getMessage());
            return 1;
        }
    }

    private static String text(FileSetSource source, BulkLoadInfo info, List<Manifest> manifests) {
        TextTable facts = TextTable.facts("file set")
                .add("path", source.location().directory())
                .add("app_name", info.appName())
                .add("app_id", info.appId() == BulkLoadInfo.UNBOUND ? "any" : info.appId())
                .add("partition_count", info.partitionCount())
                .add("files", manifests.stream().mapToInt(m -> m.files().size()).sum())
                .add(
                        "size",
                        Figures.bytes(manifests.stream()
                                .mapToLong(Manifest::totalBytes)
                                .sum()));
        TextTable partitions = TextTable.columns("partitions", "pidx", "files", "size", "digest");
        for (int i = 0; i < manifests.size(); i++) {
            Manifest manifest = manifests.get(i);
            partitions.add(
                    i,
                    manifest.files().size(),
                    Figures.bytes(manifest.totalBytes()),
                    manifest.digest().substring(0, DIGEST_CHARACTERS_SHOWN));
        }
        return facts + "\n" + partitions;
    }

    private static String json(BulkLoadInfo info, List<Manifest> manifests) throws JsonProcessingException {
        List<Map<String, Object>> partitions = new ArrayList<>();
        for (Manifest manifest : manifests) {
            Map<String, Object> partition = new LinkedHashMap<>();
            partition.put("files", manifest.files().size());
            partition.put("bytes", manifest.totalBytes());
            partition.put("digest", manifest.digest());
            partitions.add(partition);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("app_id", info.appId());
        json.put("app_name", info.appName());
        json.put("partition_count", info.partitionCount());
        json.put("partitions", partitions);
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }
}
