package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where one replica collects the files of one load.
 *
 * <p>In it lie {@code <file>} for each file that is complete, checked and durable; {@code <file>.part} for each one on its
 * way, whose bytes are right as far as they go; {@code .manifest}, the manifest that all of them belong to; and {@code
 * .repacked/}, the same rows in fewer files, which is not there while files are still missing.
 */
public final class StagingDirectory {
    private static final String MANIFEST_COPY = ".manifest";
    private static final String MANIFEST_TEMPORARY = ".manifest.tmp";

    private static final String REPACKED = ".repacked";

    private static final String LINK_SUFFIX = ".link";

    private final FileSystem files;
    private final Path path;

    public StagingDirectory(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    public Path path() {
        return path;
    }

    /** Where a verified file lies, or will lie. */
    public Path file(SstFileName name) {
        return path.resolve(name.value());
    }

    Path part(SstFileName name) {
        return path.resolve(name.value() + SstFileName.PART_SUFFIX);
    }

    /** A second name of the store's own file, until it is checked. A restart deletes it, and never writes to it. */
    Path link(SstFileName name) {
        return path.resolve("." + name.value() + LINK_SUFFIX);
    }

    /** The manifest that the directory was prepared for. Empty if there is none, or it is not whole. */
    public Optional<Manifest> findManifest() throws IOException {
        Path copy = path.resolve(MANIFEST_COPY);
        if (!files.exists(copy)) {
            return Optional.empty();
        }
        try (FileSystem.File file = files.openForRead(copy)) {
            if (file.size() > Manifest.BYTES_MAX) {
                return Optional.empty();
            }
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            return Optional.of(Manifest.parse(copy.toString(), content.array()));
        } catch (SourceException e) {
            // Written before its directory was synced, when the power went: the same as none.
            return Optional.empty();
        }
    }

    /**
     * Makes the directory ready for the files of that manifest. What lies in it stays if it belongs to the same manifest;
     * else all of it goes.
     */
    public void prepare(Manifest manifest) throws IOException {
        Optional<Manifest> present = findManifest();
        if (present.isPresent() && present.get().equals(manifest)) {
            dropWhatTheManifestDoesNotName(manifest);
            // A process that was killed may have left names that are not durable yet, and they count as verified now.
            syncNames();
            return;
        }
        delete();
        createDirectory(path);
        Path temporary = path.resolve(MANIFEST_TEMPORARY);
        try (FileSystem.File file = files.create(temporary)) {
            file.write(ByteBuffer.wrap(manifest.toJson()), 0);
            file.sync();
        }
        files.rename(temporary, path.resolve(MANIFEST_COPY));
        syncNames();
    }

    /** The files of the manifest that are complete and checked. None if the directory is not that manifest's. */
    public List<SstFile> verified(Manifest manifest) throws IOException {
        List<SstFile> verified = new ArrayList<>();
        if (!findManifest().equals(Optional.of(manifest))) {
            return verified;
        }
        for (SstFile file : manifest.files()) {
            if (isVerified(file)) {
                verified.add(file);
            }
        }
        return verified;
    }

    /** True if every file of the manifest is there. */
    public boolean isComplete(Manifest manifest) throws IOException {
        return findManifest().equals(Optional.of(manifest))
                && verified(manifest).size() == manifest.files().size();
    }

    /** Bytes of the manifest's files that are not on the disk yet, neither in a complete file nor in a part. */
    public long missingBytes(Manifest manifest) throws IOException {
        long missing = 0;
        for (SstFile file : manifest.files()) {
            if (!isVerified(file)) {
                Path part = part(file.name());
                missing += file.size() - (files.exists(part) ? Math.min(file.size(), files.size(part)) : 0);
            }
        }
        return missing;
    }

    /** Where the same rows lie in fewer files, if the manifest's are too many. */
    public Path repacked() {
        return path.resolve(REPACKED);
    }

    /** Paths of all files, in the order of the manifest. */
    public List<Path> paths(Manifest manifest) {
        return manifest.files().stream().map(file -> file(file.name())).toList();
    }

    /** Deletes the directory and all in it, durably. */
    public void delete() throws IOException {
        if (files.isDirectory(path)) {
            files.deleteTree(path);
            Path parent = path.getParent();
            if (parent != null && files.isDirectory(parent)) {
                files.syncDirectory(parent);
            }
        }
    }

    boolean isVerified(SstFile file) throws IOException {
        Path complete = file(file.name());
        if (!files.exists(complete)) {
            return false;
        }
        if (files.size(complete) == file.size()) {
            return true;
        }
        // Somebody cut it after it got its name.
        files.delete(complete);
        return false;
    }

    /** Makes a directory and those above it that are missing, each durable in the one above. */
    private void createDirectory(Path directory) throws IOException {
        if (files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent == null) {
            return;
        }
        createDirectory(parent);
        files.createDirectories(directory);
        files.syncDirectory(parent);
    }

    private void syncNames() throws IOException {
        files.syncDirectory(path);
        Path parent = path.getParent();
        if (parent != null) {
            files.syncDirectory(parent);
        }
    }

    private void dropWhatTheManifestDoesNotName(Manifest manifest) throws IOException {
        Set<String> expected = new HashSet<>();
        expected.add(MANIFEST_COPY);
        for (SstFile file : manifest.files()) {
            expected.add(file.name().value());
            expected.add(file.name().value() + SstFileName.PART_SUFFIX);
        }
        for (String name : files.list(path)) {
            if (!expected.contains(name)) {
                files.deleteTree(path.resolve(name));
            }
        }
    }
}
