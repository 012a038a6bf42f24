package dev.sluice.bulkload.hdfs;

import dev.sluice.bulkload.store.BlockService;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of an HDFS store.
 *
 * @param nameNode {@code hdfs://host:port}, or {@code hdfs://name-service} that the configuration knows
 * @param root directory of the store; all paths are below it
 * @param user in whose name files are read and written; empty for the user of this process (or of HADOOP_USER_NAME)
 * @param configDirectory has core-site.xml and hdfs-site.xml; empty if they are not needed
 * @param timeoutMs how long one call may wait for a name node or a data node
 */
record HdfsSettings(URI nameNode, String root, Optional<String> user, Optional<Path> configDirectory, int timeoutMs) {
    private static final int TIMEOUT_MS = 20_000;
    private static final String EXPECTED =
            "expected <name node> [<root>] [user=<name>] [config=<directory>] [timeout_ms=<number>]";

    /** Throws {@link IllegalArgumentException} with the section and the argument that is wrong. */
    static HdfsSettings of(BlockService service) {
        String section = "[block_service." + service.name() + "] args: ";
        List<String> plain =
                service.args().stream().takeWhile(arg -> !arg.contains("=")).toList();
        if (plain.isEmpty() || plain.size() > 2) {
            throw new IllegalArgumentException(section + "'" + String.join(" ", service.args()) + "', " + EXPECTED);
        }
        String root = plain.size() == 2 ? plain.get(1) : "/";
        if (!root.startsWith("/")) {
            throw new IllegalArgumentException(section + "root '" + root + "', expected an absolute path");
        }
        Optional<String> user = Optional.empty();
        Optional<Path> config = Optional.empty();
        int timeoutMs = TIMEOUT_MS;
        for (String arg : service.args().subList(plain.size(), service.args().size())) {
            String[] parts = arg.split("=", 2);
            String value = parts.length == 2 ? parts[1] : "";
            if (value.isEmpty()) {
                throw new IllegalArgumentException(section + "'" + arg + "', " + EXPECTED);
            }
            switch (parts[0]) {
                case "user" -> user = Optional.of(value);
                case "config" -> config = Optional.of(directory(section, value));
                case "timeout_ms" -> timeoutMs = timeout(section, value);
                default -> throw new IllegalArgumentException(section + "'" + arg + "', " + EXPECTED);
            }
        }
        return new HdfsSettings(nameNode(section, plain.get(0)), root, user, config, timeoutMs);
    }

    private static URI nameNode(String section, String text) {
        try {
            URI uri = new URI(text.contains("://") ? text : HdfsBlockStoreType.SCHEME + "://" + text);
            String path = uri.getPath();
            if (HdfsBlockStoreType.SCHEME.equals(uri.getScheme())
                    && uri.getRawAuthority() != null
                    && (path == null || path.isEmpty() || path.equals("/"))) {
                return new URI(uri.getScheme(), uri.getRawAuthority(), null, null, null);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    section + "name node '" + text + "', expected <host>:<port> or hdfs://<host>:<port>", e);
        }
        throw new IllegalArgumentException(
                section + "name node '" + text + "', expected <host>:<port> or hdfs://<host>:<port>");
    }

    private static Path directory(String section, String text) {
        Path directory = Path.of(text);
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(section + "config=" + text + ", expected a directory that exists");
        }
        return directory;
    }

    private static int timeout(String section, String text) {
        if (!text.matches("\\d{3,6}")) {
            throw new IllegalArgumentException(section + "timeout_ms=" + text + ", expected 100 to 999999");
        }
        return Integer.parseInt(text);
    }
}
