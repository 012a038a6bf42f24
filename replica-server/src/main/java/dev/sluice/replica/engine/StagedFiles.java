package dev.sluice.replica.engine;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Second names for staged files, beside the engine: an ingest moves what it takes, and the staged ones are to stay. A name
 * is enough to know a file by its inode later.
 */
final class StagedFiles {
    private static final String DIRECTORY = "ingest";

    private final FileSystem files = new LocalFileSystem();
    private final Path directory;

    StagedFiles(Path engineDirectory) {
        directory = engineDirectory.resolve(DIRECTORY);
    }

    /** Makes the links, in the order of the files; what was linked before is forgotten. */
    List<Path> link(List<Path> staged) throws IOException {
        clear();
        files.createDirectories(directory);
        List<Path> links = new ArrayList<>(staged.size());
        for (Path file : staged) {
            Path link = directory.resolve("%06d.sst".formatted(links.size()));
            files.link(file, link);
            links.add(link);
        }
        return links;
    }

    void clear() throws IOException {
        files.deleteTree(directory);
    }

    /** True if one of the live files is one of the staged ones, under another name. */
    static boolean anyIsLive(List<Path> staged, List<Path> live) throws IOException {
        Set<Object> inodes = new HashSet<>();
        for (Path file : staged) {
            inodes.add(inode(file));
        }
        for (Path file : live) {
            if (Files.exists(file) && inodes.contains(inode(file))) {
                return true;
            }
        }
        return false;
    }

    private static Object inode(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        if (key == null) {
            throw new IOException(file + ": its file system does not tell files apart (no inodes)");
        }
        return key;
    }
}
