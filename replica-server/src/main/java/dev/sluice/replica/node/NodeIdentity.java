package dev.sluice.replica.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code node.json} in every data directory says: the cluster that the data belongs to, the incarnation of the last
 * process, and which directories the node has. Written with fsync before it counts.
 */
public final class NodeIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(NodeIdentity.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT_VERSION = 1;
    private static final String FILE = "node.json";

    private final FileSystem files;
    /** Each with its name, which goes with the disk wherever that is mounted. */
    private final Map<Path, String> directories;

    private final Set<String> everKnown;
    private final long incarnation;
    private volatile String clusterId;

    private NodeIdentity(
            FileSystem files,
            Map<Path, String> directories,
            Set<String> everKnown,
            String clusterId,
            long incarnation) {
        this.files = files;
        this.directories = directories;
        this.everKnown = everKnown;
        this.clusterId = clusterId;
        this.incarnation = incarnation;
    }

    /**
     * Reads it, and counts a new incarnation: above the last one, and above the clock if that is further. Throws if the
     * directories belong to different clusters; nothing is written then.
     */
    public static NodeIdentity begin(FileSystem files, List<Path> paths, long wallMs) throws IOException {
        String clusterId = "";
        Path clusterFoundIn = null;
        long last = 0;
        Map<Path, String> directories = new LinkedHashMap<>();
        Set<String> known = new TreeSet<>();
        for (Path path : paths) {
            files.createDirectories(path);
            String name = "";
            if (files.exists(path.resolve(FILE))) {
                JsonNode json = read(files, path.resolve(FILE));
                String cluster = json.path("cluster_id").asText();
                if (!cluster.isEmpty() && !clusterId.isEmpty() && !cluster.equals(clusterId)) {
                    throw new IOException(path + " belongs to cluster '" + cluster + "', " + clusterFoundIn + " to '"
                            + clusterId + "': the data directories of a node are of one cluster");
                }
                if (!cluster.isEmpty()) {
                    clusterId = cluster;
                    clusterFoundIn = path;
                }
                last = Math.max(last, json.path("incarnation").asLong());
                name = json.path("directory").asText();
                json.path("directories").forEach(each -> known.add(each.asText()));
            }
            directories.put(path, name);
        }
        long incarnation = Math.max(last + 1, wallMs);
        int number = 0;
        for (Map.Entry<Path, String> each : directories.entrySet()) {
            number++;
            if (each.getValue().isEmpty()) {
                each.setValue(incarnation + "-" + number);
            }
        }
        known.addAll(directories.values());
        NodeIdentity identity = new NodeIdentity(files, directories, known, clusterId, incarnation);
        if (identity.lacksDirectories()) {
            LOG.error(
                    "This node once had data directories {} that are not among {}: replicas in them are missing here",
                    identity.lacking(),
                    paths);
        }
        identity.write(clusterId);
        return identity;
    }

    /** Empty while the node belongs to no cluster yet. Any thread. */
    public String clusterId() {
        return clusterId;
    }

    /** Of this process. */
    public long incarnation() {
        return incarnation;
    }

    /** True if a data directory that the node once had is not there: a replica that is not found may lie in it. */
    public boolean lacksDirectories() {
        return !lacking().isEmpty();
    }

    private Set<String> lacking() {
        Set<String> lacking = new TreeSet<>(everKnown);
        lacking.removeAll(directories.values());
        return lacking;
    }

    /** The node belongs to that cluster from now on. */
    void adopt(String cluster) throws IOException {
        if (!clusterId.isEmpty() && !clusterId.equals(cluster)) {
            throw new IOException(
                    directories.keySet() + " belong to cluster '" + clusterId + "', not to '" + cluster + "'");
        }
        if (clusterId.isEmpty()) {
            write(cluster);
            clusterId = cluster;
        }
    }

    private void write(String cluster) throws IOException {
        for (Map.Entry<Path, String> each : directories.entrySet()) {
            ObjectNode json = JSON.createObjectNode()
                    .put("format_version", FORMAT_VERSION)
                    .put("cluster_id", cluster)
                    .put("incarnation", incarnation)
                    .put("directory", each.getValue());
            ArrayNode all = json.putArray("directories");
            everKnown.forEach(all::add);
            write(each.getKey(), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        }
    }

    private void write(Path directory, byte[] json) throws IOException {
        Path temporary = directory.resolve(FILE + ".tmp");
        files.delete(temporary);
        try (FileSystem.File file = files.create(temporary)) {
            file.write(ByteBuffer.wrap(json), 0);
            file.sync();
        }
        files.rename(temporary, directory.resolve(FILE));
        files.syncDirectory(directory);
    }

    private static JsonNode read(FileSystem files, Path path) throws IOException {
        try (FileSystem.File file = files.openForRead(path)) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            byte[] bytes = new byte[content.position()];
            content.flip().get(bytes);
            JsonNode json = JSON.readTree(bytes);
            int version = json.path("format_version").asInt();
            if (version != FORMAT_VERSION) {
                throw new IOException(path + ": format version " + version + ", this server reads " + FORMAT_VERSION);
            }
            return json;
        }
    }
}
