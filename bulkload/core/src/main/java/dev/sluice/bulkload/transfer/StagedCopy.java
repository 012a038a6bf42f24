package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a replica has of a load so far, as the next member of the relay reads it. Safe for use by several threads. */
public final class StagedCopy {
    /** Most bytes of one answer. */
    public static final int PART_BYTES_MAX = 1 << 18;

    private static final Logger LOG = LoggerFactory.getLogger(StagedCopy.class);

    private final FileSystem files;
    private final StagingDirectory directory;
    private final Map<String, SstFile> listed = new HashMap<>();
    private final Map<String, Long> checksums = new ConcurrentHashMap<>();
    private final AtomicLong bytesMoved = new AtomicLong();

    /**
     * A part of a file.
     *
     * @param content its own buffer: as much as was asked for and is there; empty if nothing of it is there yet
     * @param bytesMoved written or hashed of all files since the copy was begun: it stands still when the download does
     * @param isRight the whole file is here and is what the manifest says
     * @param crc32c of the whole file if it is right; empty if it was not computed
     */
    public record Part(ByteBuffer content, long bytesMoved, boolean isRight, OptionalLong crc32c) {}

    public StagedCopy(FileSystem files, Manifest manifest, StagingDirectory directory) {
        this.files = files;
        this.directory = directory;
        manifest.files().forEach(file -> listed.put(file.name().value(), file));
    }

    public StagingDirectory directory() {
        return directory;
    }

    /** Reads a part of a file; blocks. Fails for a name that the manifest does not list. */
    public Part read(String name, long offset, int lengthMax) throws IOException {
        SstFile file = listed.get(name);
        if (file == null || offset < 0 || lengthMax < 0) {
            throw new IOException("'" + name + "' at " + offset + ": the load has no such part");
        }
        long moved = bytesMoved.get();
        Long checksum = checksums.get(name);
        // A file has its final name only if it is right.
        boolean isRight = checksum != null || files.exists(directory.file(file.name()));
        int wanted = (int) Math.min(Math.min(lengthMax, PART_BYTES_MAX), Math.max(0, file.size() - offset));
        ByteBuffer content = wanted == 0 ? ByteBuffer.allocate(0) : content(file, offset, wanted);
        return new Part(content, moved, isRight, checksum == null ? OptionalLong.empty() : OptionalLong.of(checksum));
    }

    private ByteBuffer content(SstFile file, long offset, int wanted) throws IOException {
        Path whole = directory.file(file.name());
        Path part = directory.part(file.name());
        // The part may get its final name between two looks.
        for (Path path : List.of(whole, part, whole)) {
            if (files.exists(path)) {
                try (FileSystem.File open = files.openForRead(path)) {
                    int there = (int) Math.max(0, Math.min(wanted, open.size() - offset));
                    ByteBuffer content = ByteBuffer.allocate(there);
                    if (there > 0 && open.read(content, offset) < there) {
                        throw new IOException(path + ": was cut while it was read");
                    }
                    return content.flip();
                } catch (NoSuchFileException e) {
                    LOG.debug("{}: got another name just now", path);
                }
            }
        }
        return ByteBuffer.allocate(0);
    }

    void onMoved(int bytes) {
        bytesMoved.addAndGet(bytes);
    }

    void onRight(SstFile file, long crc32c) {
        checksums.put(file.name().value(), crc32c);
        bytesMoved.incrementAndGet();
    }
}
