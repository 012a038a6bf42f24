package dev.sluice.replica.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a node keeps replicas; usually a disk of its own.
 *
 * @param tag names it to administrators
 * @param path absolute
 */
public record DataDirectory(String tag, Path path) {
    private static final int TAG_LENGTH_MAX = 64;

    /**
     * Reads {@code tag:dir,tag2:dir2}; a directory without a tag gets {@code data}, or {@code data} and its number. Throws
     * {@link IllegalArgumentException} that names what is twice, empty or malformed.
     */
    public static List<DataDirectory> parse(String option) {
        List<DataDirectory> directories = new ArrayList<>();
        Set<String> tags = new HashSet<>();
        Set<Path> paths = new HashSet<>();
        for (String part : option.split(",", -1)) {
            String entry = part.strip();
            int colon = entry.indexOf(':');
            String usual = directories.isEmpty() ? "data" : "data" + (directories.size() + 1);
            String tag = colon < 0 ? usual : entry.substring(0, colon).strip();
            String name = entry.substring(colon + 1).strip();
            if (name.isEmpty() || tag.isEmpty() || tag.length() > TAG_LENGTH_MAX) {
                throw new IllegalArgumentException("[replication] data_dirs = " + option + ": '" + entry
                        + "' is no directory, expected tag:dir,tag2:dir2 with tags of up to " + TAG_LENGTH_MAX
                        + " characters");
            }
            Path path = Path.of(name).toAbsolutePath().normalize();
            if (!tags.add(tag)) {
                throw new IllegalArgumentException(
                        "[replication] data_dirs = " + option + ": the tag '" + tag + "' is there twice");
            }
            if (!paths.add(path)) {
                throw new IllegalArgumentException(
                        "[replication] data_dirs = " + option + ": the directory " + path + " is there twice");
            }
            directories.add(new DataDirectory(tag, path));
        }
        return directories;
    }

    @Override
    public String toString() {
        return tag + ":" + path;
    }
}
