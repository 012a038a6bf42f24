package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.StorePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a section says about its bucket; {@link S3BlockStoreType} explains the arguments.
 *
 * @param prefix directory that all paths are below, without a slash at its ends; may be empty
 * @param timeoutMs longest wait for one answer
 * @param partBytes size of the parts that large files are written in
 */
record S3Settings(
        String bucket,
        String prefix,
        Optional<String> region,
        Optional<URI> endpoint,
        boolean pathStyle,
        Optional<Path> credentialsFile,
        Optional<String> profile,
        int timeoutMs,
        int connectionsMax,
        int partBytes) {
    static final int PART_BYTES_MIN = 5 * 1024 * 1024;
    private static final int PART_BYTES_MAX = 1024 * 1024 * 1024;
    private static final int PART_BYTES_DEFAULT = 16 * 1024 * 1024;
    private static final int TIMEOUT_MS_DEFAULT = 30_000;
    private static final int CONNECTIONS_DEFAULT = 64;
    private static final int CONNECTIONS_MAX = 10_000;

    private static final List<String> KEYS = List.of(
            "bucket",
            "prefix",
            "region",
            "endpoint",
            "path_style",
            "credentials_file",
            "profile",
            "timeout_ms",
            "connections_max",
            "part_bytes");
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    /** Throws {@link IllegalArgumentException} with the section, the argument, and what is expected. */
    static S3Settings of(BlockService service) {
        Arguments args = Arguments.parse(service);
        Optional<URI> endpoint = args.endpoint();
        return new S3Settings(
                args.bucket(),
                args.prefix(),
                args.matching("region", REGION, "the name of a region, such as eu-central-1"),
                endpoint,
                args.flag("path_style", endpoint.isPresent()),
                args.file("credentials_file"),
                args.text("profile"),
                args.number("timeout_ms", TIMEOUT_MS_DEFAULT, 1, Integer.MAX_VALUE),
                args.number("connections_max", CONNECTIONS_DEFAULT, 1, CONNECTIONS_MAX),
                args.number("part_bytes", PART_BYTES_DEFAULT, PART_BYTES_MIN, PART_BYTES_MAX));
    }

    /** The place in the words of the AWS tools. */
    String describe(String path) {
        StringBuilder text = new StringBuilder("s3://").append(bucket);
        for (String part : new String[] {prefix, path.startsWith("/") ? path.substring(1) : path}) {
            if (!part.isEmpty()) {
                text.append('/').append(part);
            }
        }
        return text.toString();
    }

    /** Longest wait for one of the connections. */
    int connectionWaitMs() {
        return Math.max(1, timeoutMs / 2);
    }

    /** Whom the store asks, for messages. */
    String server() {
        return endpoint.map(URI::toString).orElse("AWS");
    }

    /** The words of one section. */
    private record Arguments(String section, Map<String, String> values) {
        static Arguments parse(BlockService service) {
            String section = "[block_service." + service.name() + "] args";
            Map<String, String> values = new TreeMap<>();
            for (int i = 0; i < service.args().size(); i++) {
                String word = service.args().get(i);
                int equals = word.indexOf('=');
                String key = equals < 0 ? "" : word.substring(0, equals);
                // A word that is not understood is not repeated: it may be a secret.
                if (equals < 0) {
                    throw new IllegalArgumentException(section + ": word " + (i + 1)
                            + " has no '=', expected <key>=<value> with a key of " + KEYS);
                }
                if (!KEYS.contains(key)) {
                    throw new IllegalArgumentException(section + ": unknown key '" + key + "', expected one of " + KEYS
                            + "; secrets go into the file of credentials_file");
                }
                if (values.put(key, word.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException(section + ": " + key + " is given twice, expected once");
                }
            }
            return new Arguments(section, values);
        }

        String bucket() {
            return matching("bucket", BUCKET, "the name of a bucket, without s3:// and without a path")
                    .orElseThrow(() -> new IllegalArgumentException(section + ": no bucket, expected bucket=<name>"));
        }

        String prefix() {
            String value = values.getOrDefault("prefix", "");
            String inner = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
            try {
                return StorePath.parse(inner).text();
            } catch (BlockStoreException e) {
                throw refused("prefix", value, "a path of directories, such as loads/daily", e);
            }
        }

        Optional<URI> endpoint() {
            Optional<String> value = text("endpoint");
            if (value.isEmpty()) {
                return Optional.empty();
            }
            String expected = "a URL such as https://s3.example.com:9000";
            if (value.get().contains("@")) {
                throw new IllegalArgumentException(
                        section + ": endpoint has a user in it, expected " + expected + " and credentials_file=<file>");
            }
            try {
                URI uri = new URI(value.get());
                boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                if (!http || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                    throw refused("endpoint", value.get(), expected, null);
                }
                return Optional.of(uri);
            } catch (URISyntaxException e) {
                throw refused("endpoint", value.get(), expected, e);
            }
        }

        Optional<String> matching(String key, Pattern pattern, String expected) {
            Optional<String> value = Optional.ofNullable(values.get(key));
            if (value.isPresent() && !pattern.matcher(value.get()).matches()) {
                throw refused(key, value.get(), expected, null);
            }
            return value;
        }

        Optional<String> text(String key) {
            Optional<String> value = Optional.ofNullable(values.get(key));
            if (value.isPresent() && value.get().isEmpty()) {
                throw refused(key, "", "a value", null);
            }
            return value;
        }

        Optional<Path> file(String key) {
            Optional<String> value = text(key);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            String expected = "a file that this process can read";
            try {
                Path file = Path.of(value.get());
                if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                    throw refused(key, value.get(), expected, null);
                }
                return Optional.of(file);
            } catch (InvalidPathException e) {
                throw refused(key, value.get(), expected, e);
            }
        }

        boolean flag(String key, boolean otherwise) {
            String value = values.getOrDefault(key, Boolean.toString(otherwise));
            if (!value.equals("true") && !value.equals("false")) {
                throw refused(key, value, "true or false", null);
            }
            return value.equals("true");
        }

        int number(String key, int otherwise, int min, int max) {
            String value = values.get(key);
            if (value == null) {
                return otherwise;
            }
            String expected = "a whole number from " + min + " to " + max;
            try {
                int number = Integer.parseInt(value);
                if (number < min || number > max) {
                    throw refused(key, value, expected, null);
                }
                return number;
            } catch (NumberFormatException e) {
                throw refused(key, value, expected, e);
            }
        }

        private IllegalArgumentException refused(String key, String value, String expected, @Nullable Exception cause) {
            return new IllegalArgumentException(
                    section + ": " + key + "=" + value + " is not right, expected " + expected, cause);
        }
    }
}
