package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.repack.Repacker;
import dev.sluice.bulkload.transfer.StagingDirectory;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What lies on the disk of one replica of its loads: {@code <load id>/} with the files, and beside it {@code <load
 * id>.staged} once all of them are verified.
 */
final class StagedMark {
    private static final String SUFFIX = ".staged";
    /** Format, digest of the manifest, whether deep checks were run, and of repacked files how many and their bytes. */
    private static final Pattern FORMAT = Pattern.compile("2 (\\S+) (true|false) (\\d{1,6}) (\\d{1,18})\n");

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
    record Found(long loadId, Optional<StagedSet> staged, boolean deep) {}

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
        return Optional.of(find(newest));
    }

    /** What was found of that load, which is perhaps not there. */
    Found find(long loadId) throws IOException {
        Path mark = mark(loadId);
        Found part = new Found(loadId, Optional.empty(), false);
        if (!files.exists(mark)) {
            return part;
        }
        Matcher words = FORMAT.matcher(read(mark));
        StagingDirectory directory = staging(loadId);
        Optional<Manifest> manifest = directory.findManifest();
        boolean isWhole = words.matches()
                && manifest.isPresent()
                && manifest.get().digest().equals(words.group(1))
                && directory.isComplete(manifest.get());
        if (!isWhole) {
            return part;
        }
        List<Path> repacked = repacked(directory, Integer.parseInt(words.group(3)));
        if (bytes(repacked) != Long.parseLong(words.group(4))) {
            return part;
        }
        List<Path> taken = repacked.isEmpty() ? directory.paths(manifest.get()) : repacked;
        return new Found(
                loadId, Optional.of(new StagedSet(manifest.get(), taken)), Boolean.parseBoolean(words.group(2)));
    }

    private static List<Path> repacked(StagingDirectory directory, int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> directory.repacked().resolve(Repacker.fileName(number)))
                .toList();
    }

    /** -1 if one is missing. */
    private long bytes(List<Path> paths) throws IOException {
        long sum = 0;
        for (Path path : paths) {
            if (!files.exists(path)) {
                return -1;
            }
            sum += files.size(path);
        }
        return sum;
    }

    /** What a load that was begun has still to bring to the disk; 0 if it did not get as far as its manifest. */
    long missingBytes(long loadId) throws IOException {
        Optional<Manifest> begun = staging(loadId).findManifest();
        return begun.isPresent() ? staging(loadId).missingBytes(begun.get()) : 0;
    }

    /** Records durably that all files of the load are verified. */
    void write(long loadId, StagedSet staged, boolean deep) throws IOException {
        Path temporary = directory.resolve(loadId + SUFFIX + ".tmp");
        files.delete(temporary);
        List<Path> repacked =
                staged.files().equals(staging(loadId).paths(staged.manifest())) ? List.of() : staged.files();
        String text =
                "2 " + staged.manifest().digest() + " " + deep + " " + repacked.size() + " " + bytes(repacked) + "\n";
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
