package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.sst.SstOptions.Compression;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a set is written, apart from the columns. Names of options are the same in any case.
 *
 * @param partitions of the app that the set is for
 * @param app name in the set's description
 * @param appId the one app that may load it, 0 for any
 * @param fileBytes size at which a file ends and the next begins
 * @param compression of the files
 * @param tempDir where a task keeps the file that it is writing; empty: the JVM's directory
 * @param signKey file with the private key that signs the set, on the driver's machine; empty: it is not signed
 */
record WriteOptions(
        int partitions, String app, int appId, long fileBytes, Compression compression, String tempDir, String signKey)
        implements Serializable {
    /** Options that begin with it are Hadoop's. */
    static final String HADOOP_PREFIX = "fs.";

    /** Far more than a cluster serves, and about what a description has room for. */
    private static final int PARTITIONS_MAX = 100_000;

    static final String PATH = "path";
    static final String PARTITIONS = "partitions";
    static final String HASH_KEY = "hashKey";
    static final String SORT_KEY = "sortKey";
    static final String VALUE = "value";
    static final String TTL = "ttl";
    static final String APP = "app";
    static final String APP_ID = "appId";
    static final String FILE_SIZE = "fileSize";
    static final String COMPRESSION = "compression";
    static final String TEMP_DIR = "tempDir";
    static final String SIGN_KEY = "signKey";

    private static final List<String> KNOWN = List.of(
            PATH, PARTITIONS, HASH_KEY, SORT_KEY, VALUE, TTL, APP, APP_ID, FILE_SIZE, COMPRESSION, TEMP_DIR, SIGN_KEY);

    /** The options of a map that does not mind the case of names. Throws {@link IllegalArgumentException}. */
    static WriteOptions parse(Map<String, String> options, String defaultApp) {
        requireKnown(options);
        return new WriteOptions(
                (int) number(options, PARTITIONS, null, 1, PARTITIONS_MAX),
                text(options, APP, defaultApp),
                (int) number(options, APP_ID, BulkLoadInfo.UNBOUND, 0, Integer.MAX_VALUE),
                number(options, FILE_SIZE, SstOptions.DEFAULTS.targetBytes(), 1, Long.MAX_VALUE),
                compression(options),
                tempDir(options),
                options.getOrDefault(SIGN_KEY, ""));
    }

    static String path(Map<String, String> options) {
        String path = options.get(PATH);
        if (path == null || path.isEmpty()) {
            throw new IllegalArgumentException(
                    "no path: expected the directory of a set, <root>/<cluster>/<app>, in save(…), load(…) or option path");
        }
        return path;
    }

    static String tempDir(Map<String, String> options) {
        return options.getOrDefault(TEMP_DIR, "");
    }

    /** Reads the key that signs the set, on the driver; its content is neither kept here nor in a message. */
    Optional<PrivateKey> readSigningKey() {
        if (signKey.isEmpty()) {
            return Optional.empty();
        }
        // What names no file can be the key itself, in whatever form, so it is repeated only if there is such a file.
        File file = new File(signKey);
        if (!file.exists()) {
            throw new IllegalArgumentException("option " + SIGN_KEY
                    + ": expected the path of a file with the key, and there is no such file on the driver's machine (its"
                    + " name is not repeated here, as it could be the key itself)");
        }
        try {
            return Optional.of(SetSignature.readPrivateKey(file.toPath()));
        } catch (IOException e) {
            throw bad(SIGN_KEY, signKey, "cannot be read on the driver's machine: " + e);
        } catch (IllegalArgumentException e) {
            throw bad(SIGN_KEY, signKey, e.getMessage());
        }
    }

    SstOptions sst() {
        return new SstOptions(fileBytes, compression);
    }

    private static void requireKnown(Map<String, String> options) {
        TreeSet<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        known.addAll(KNOWN);
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!known.contains(option.getKey())
                    && !option.getKey().toLowerCase(Locale.ROOT).startsWith(HADOOP_PREFIX)) {
                // Without its value, which can be a key whose option is misspelt.
                throw new IllegalArgumentException("option " + option.getKey() + ": no such option, there are "
                        + String.join(", ", KNOWN) + ", and fs.… of Hadoop");
            }
        }
    }

    private static String text(Map<String, String> options, String name, String absent) {
        String text = options.getOrDefault(name, absent);
        if (text.isBlank()) {
            throw bad(name, text, "expected a name");
        }
        return text;
    }

    private static long number(Map<String, String> options, String name, @Nullable Number absent, long min, long max) {
        String expected = max == Long.MAX_VALUE
                ? "expected a number of " + min + " or more"
                : "expected a number from " + min + " to " + max;
        String text = options.get(name);
        if (text == null) {
            if (absent == null) {
                throw new IllegalArgumentException("option " + name + " is missing: " + expected);
            }
            return absent.longValue();
        }
        long number;
        try {
            number = Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw bad(name, text, expected);
        }
        if (number < min || number > max) {
            throw bad(name, text, expected);
        }
        return number;
    }

    private static Compression compression(Map<String, String> options) {
        String word = options.getOrDefault(
                COMPRESSION, SstOptions.DEFAULTS.compression().name());
        for (Compression compression : Compression.values()) {
            if (compression.name().equalsIgnoreCase(word.strip())) {
                return compression;
            }
        }
        throw bad(
                COMPRESSION,
                word,
                "expected one of "
                        + Arrays.stream(Compression.values())
                                .map(compression -> compression.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }

    private static IllegalArgumentException bad(String name, String value, @Nullable String reason) {
        return new IllegalArgumentException("option " + name + " = '" + value + "': " + reason);
    }
}
