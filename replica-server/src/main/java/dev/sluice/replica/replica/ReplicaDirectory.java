package dev.sluice.replica.replica;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.file.FileSystem;
import dev.sluice.wire.internal.AppDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one replica: {@code engine}, {@code log}, {@code load}, {@code replica.json} (what it is), {@code
 * committed} (how far the log is known to be committed; a hint that survives a crash of the process).
 */
final class ReplicaDirectory {
    static final int FORMAT_VERSION = 1;

    private static final String ALLOW_BEHIND_ENV = "rocksdb.allow_ingest_behind";
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of a replica that was written before it said so. */
    private static final int MAX_REPLICA_COUNT_USUAL = 3;

    private static final long HINT_VERSION = 2;
    /** Without the checksum behind them. */
    private static final int HINT_FACTS_BYTES = 4 * Long.BYTES;

    private static final int HINT_BYTES = HINT_FACTS_BYTES + Long.BYTES;

    private final FileSystem files;
    private final Path path;

    ReplicaDirectory(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /** What a replica is: enough to make the app's record anew from what the nodes of a cluster hold. */
    record Identity(String clusterId, Gpid gpid, AppDescription app, Ballot ballot) {
        Identity {
            app = app.deepCopy();
        }
    }

    Path path() {
        return path;
    }

    Path engine() {
        return path.resolve("engine");
    }

    /** A complete checkpoint that is about to take the engine's place. */
    Path nextEngine() {
        return path.resolve("engine.new");
    }

    Path fetching() {
        return path.resolve("learning");
    }

    Path log() {
        return path.resolve("log");
    }

    Path load() {
        return path.resolve("load");
    }

    Path shelf() {
        return path.resolve("shelf");
    }

    void create(Identity identity) throws IOException {
        files.createDirectories(path);
        write(identity);
        Path parent = path.getParent();
        if (parent != null) {
            files.syncDirectory(parent);
        }
    }

    /** Ends what a crash broke off, and clears what the last run left; what a learner has fetched stays of use. */
    void recover() throws IOException {
        files.deleteTree(shelf());
        if (files.exists(nextEngine())) {
            replaceEngine();
        }
    }

    /** A fetched checkpoint, fsynced, becomes the next engine; from here on a crash ends with it. */
    void announceEngine() throws IOException {
        files.deleteTree(nextEngine());
        files.rename(fetching(), nextEngine());
        files.syncDirectory(path);
    }

    /** The next engine takes the place of the one there, which is closed. */
    void replaceEngine() throws IOException {
        files.deleteTree(engine());
        files.rename(nextEngine(), engine());
        files.syncDirectory(path);
    }

    void write(Identity identity) throws IOException {
        AppDescription app = identity.app();
        ObjectNode json = JSON.createObjectNode()
                .put("format_version", FORMAT_VERSION)
                .put("cluster_id", identity.clusterId())
                .put("app_id", identity.gpid().appId())
                .put("partition_index", identity.gpid().partitionIndex())
                .put("app_name", app.getAppName())
                .put("partition_count", app.getPartitionCount())
                .put("max_replica_count", app.getMaxReplicaCount())
                .put("ballot", identity.ballot().number());
        ObjectNode envs = json.putObject("envs");
        new TreeMap<>(app.getEnvs()).forEach(envs::put);
        writeAtomically(
                files,
                path.resolve("replica.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }

    Identity read() throws IOException {
        JsonNode json = JSON.readTree(readAll(files, path.resolve("replica.json")));
        int version = json.path("format_version").asInt();
        if (version != FORMAT_VERSION) {
            throw new IOException(path + ": format version " + version + ", this server reads " + FORMAT_VERSION);
        }
        Map<String, String> envs = new TreeMap<>();
        json.path("envs")
                .properties()
                .forEach(env -> envs.put(env.getKey(), env.getValue().asText()));
        Gpid gpid = new Gpid(
                json.path("app_id").asInt(), json.path("partition_index").asInt());
        AppDescription app = new AppDescription(
                gpid.appId(),
                json.path("app_name").asText(),
                json.path("partition_count").asInt(),
                json.path("max_replica_count").asInt(MAX_REPLICA_COUNT_USUAL),
                envs);
        return new Identity(
                json.path("cluster_id").asText(),
                gpid,
                app,
                new Ballot(json.path("ballot").asLong()));
    }

    /** Whether the app takes loads of mode behind: its engine is opened so. */
    boolean allowsBehind() throws IOException {
        return "true".equalsIgnoreCase(read().app().getEnvs().get(ALLOW_BEHIND_ENV));
    }

    boolean isReplica() {
        return files.exists(path.resolve("replica.json"));
    }

    /**
     * A directory that a replica was given up from, and in which a download or a learner made something once more: it has
     * nothing of engine or log, and does not say what it is.
     */
    boolean isRemnant() throws IOException {
        return String.valueOf(path.getFileName()).matches("\\d+\\.\\d+")
                && !isReplica()
                && Set.of("load", "learning").containsAll(files.list(path));
    }

    /** Not fsynced: it may be older than the truth, and is then only a later start. */
    void writeCommitted(CommitHint committed) throws IOException {
        ByteBuffer hint = ByteBuffer.allocate(HINT_BYTES)
                .putLong(HINT_VERSION)
                .putLong(committed.decree())
                .putLong(committed.ballot())
                .putLong(committed.timestampUs());
        CRC32C crc = new CRC32C();
        crc.update(hint.array(), 0, HINT_FACTS_BYTES);
        hint.putLong(crc.getValue()).flip();
        Path name = path.resolve("committed");
        try (FileSystem.File file = files.exists(name) ? files.open(name) : files.create(name)) {
            file.write(hint, 0);
        }
    }

    /** Null if there is none, a torn one, or one of another version. */
    @Nullable
    CommitHint readCommitted() throws IOException {
        Path name = path.resolve("committed");
        if (!files.exists(name)) {
            return null;
        }
        ByteBuffer hint = ByteBuffer.wrap(readAll(files, name));
        if (hint.remaining() != HINT_BYTES) {
            return null;
        }
        long version = hint.getLong();
        CommitHint committed = new CommitHint(hint.getLong(), hint.getLong(), hint.getLong());
        CRC32C crc = new CRC32C();
        crc.update(hint.array(), 0, HINT_FACTS_BYTES);
        return hint.getLong() == crc.getValue() && version == HINT_VERSION ? committed : null;
    }

    static void writeAtomically(FileSystem files, Path path, byte[] content) throws IOException {
        Path directory = java.util.Objects.requireNonNull(path.getParent(), "a file of ours lies in a directory");
        Path temporary = directory.resolve(path.getFileName() + ".tmp");
        files.delete(temporary);
        try (FileSystem.File file = files.create(temporary)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        files.rename(temporary, path);
        files.syncDirectory(directory);
    }

    static byte[] readAll(FileSystem files, Path path) throws IOException {
        try (FileSystem.File file = files.openForRead(path)) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            byte[] bytes = new byte[content.position()];
            content.flip().get(bytes);
            return bytes;
        }
    }
}
