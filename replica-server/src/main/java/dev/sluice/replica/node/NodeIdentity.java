package dev.sluice.replica.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What {@code node.json} in the data directory says: the cluster that the data belongs to, and the incarnation of the last
 * process. Written with fsync before it counts.
 */
public final class NodeIdentity {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT_VERSION = 1;
    private static final String FILE = "node.json";

    private final FileSystem files;
    private final Path directory;
    private final long incarnation;
    private volatile String clusterId;

    private NodeIdentity(FileSystem files, Path directory, String clusterId, long incarnation) {
        this.files = files;
        this.directory = directory;
        this.clusterId = clusterId;
        this.incarnation = incarnation;
    }

    /** Reads it, and counts a new incarnation: above the last one, and above the clock if that is further. */
    public static NodeIdentity begin(FileSystem files, Path directory, long wallMs) throws IOException {
        files.createDirectories(directory);
        Path path = directory.resolve(FILE);
        String clusterId = "";
        long last = 0;
        if (files.exists(path)) {
            JsonNode json = JSON.readTree(read(files, path));
            int version = json.path("format_version").asInt();
            if (version != FORMAT_VERSION) {
                throw new IOException(path + ": format version " + version + ", this server reads " + FORMAT_VERSION);
            }
            clusterId = json.path("cluster_id").asText();
            last = json.path("incarnation").asLong();
        }
        NodeIdentity identity = new NodeIdentity(files, directory, clusterId, Math.max(last + 1, wallMs));
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

    /** The node belongs to that cluster from now on. */
    void adopt(String cluster) throws IOException {
        if (!clusterId.isEmpty() && !clusterId.equals(cluster)) {
            throw new IOException(directory + " belongs to cluster '" + clusterId + "', not to '" + cluster + "'");
        }
        if (clusterId.isEmpty()) {
            write(cluster);
            clusterId = cluster;
        }
    }

    private void write(String cluster) throws IOException {
        byte[] json = JSON.writerWithDefaultPrettyPrinter()
                .writeValueAsBytes(JSON.createObjectNode()
                        .put("format_version", FORMAT_VERSION)
                        .put("cluster_id", cluster)
                        .put("incarnation", incarnation));
        Path temporary = directory.resolve(FILE + ".tmp");
        files.delete(temporary);
        try (FileSystem.File file = files.create(temporary)) {
            file.write(ByteBuffer.wrap(json), 0);
            file.sync();
        }
        files.rename(temporary, directory.resolve(FILE));
        files.syncDirectory(directory);
    }

    private static byte[] read(FileSystem files, Path path) throws IOException {
        try (FileSystem.File file = files.openForRead(path)) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            byte[] bytes = new byte[content.position()];
            content.flip().get(bytes);
            return bytes;
        }
    }
}
