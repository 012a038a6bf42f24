package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.transfer.StagingDirectory;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What lies on the disk of one replica of its loads: {@code <load id>/} with the files, and beside it {@code <load
 * id>.staged} once all of them are verified.
 */
final class StagedMark {
    private static final String SUFFIX = ".staged";
    private static final String FORMAT = "1";
    private static final int BYTES_MAX = 1024;

    private final FileSystem files;
    private final Path directory;

    StagedMark(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * What was found of the newest load.
     *
     * @param deep the deep checks were run here; without meaning if not staged
     */
    record Found(long loadId, Optional<Manifest> staged, boolean deep) {}

    StagingDirectory staging(long loadId) {
        return new StagingDirectory(files, directory.resolve(Long.toString(loadId)));
    }

    Optional<Found> findNewest() throws IOException {
        long newest = 0;
        for (long loadId : loadIds()) {
            newest = Math.max(newest, loadId);
        }
        if (newest == 0) {
            return Optional.empty();
        }
        Path mark = mark(newest);
        if (!files.exists(mark)) {
            return Optional.of(new Found(newest, Optional.empty(), false));
        }
        String[] words = read(mark).split(" ", -1);
        Optional<Manifest> manifest = staging(newest).findManifest();
        boolean whole = words.length == 3
                && words[0].equals(FORMAT)
                && manifest.isPresent()
                && manifest.get().digest().equals(words[1])
                && staging(newest).isComplete(manifest.get());
        return Optional.of(
                new Found(newest, whole ? manifest : Optional.empty(), whole && Boolean.parseBoolean(words[2].trim())));
    }

    /** What a load that was begun has still to bring to the disk; 0 if it did not get as far as its manifest. */
    long missingBytes(long loadId) throws IOException {
        Optional<Manifest> begun = staging(loadId).findManifest();
        return begun.isPresent() ? staging(loadId).missingBytes(begun.get()) : 0;
    }

    /** Records durably that all files of the load are verified. */
    void write(long loadId, Manifest manifest, boolean deep) throws IOException {
        Path temporary = directory.resolve(loadId + SUFFIX + ".tmp");
        files.delete(temporary);
        String text = FORMAT + " " + manifest.digest() + " " + deep + "\n";
        try (FileSystem.File file = files.create(temporary)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        files.rename(temporary, mark(loadId));
        files.syncDirectory(directory);
    }

    /** Deletes all of the loads up to that one. */
    void deleteUpTo(long upToLoadId) throws IOException {
        if (!files.isDirectory(directory)) {
            return;
        }
        for (String name : files.list(directory)) {
            // The mark sorts behind its directory, but must go first: without it the rest is only a part.
            if (name.contains(SUFFIX) && loadId(name) <= upToLoadId) {
                files.delete(directory.resolve(name));
            }
        }
        files.syncDirectory(directory);
        for (long loadId : loadIds()) {
            if (loadId <= upToLoadId) {
                staging(loadId).delete();
            }
        }
    }

    private List<Long> loadIds() throws IOException {
        List<Long> found = new ArrayList<>();
        for (String name : files.list(directory)) {
            long loadId = loadId(name);
            if (loadId > 0 && files.isDirectory(directory.resolve(name))) {
                found.add(loadId);
            }
        }
        return found;
    }

    private Path mark(long loadId) {
        return directory.resolve(loadId + SUFFIX);
    }

    private String read(Path path) throws IOException {
        try (FileSystem.File file = files.openForRead(path)) {
            ByteBuffer content = ByteBuffer.allocate((int) Math.min(BYTES_MAX, file.size()));
            file.read(content, 0);
            return new String(content.array(), 0, content.position(), StandardCharsets.UTF_8);
        }
    }

    private static long loadId(String name) {
        String digits = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        boolean isNumber =
                !digits.isEmpty() && digits.length() < 19 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Long.parseLong(digits) : 0;
    }
}
