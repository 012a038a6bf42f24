package dev.sluice.common.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What of one disk is promised to somebody who has not written it yet, so that two who begin at the same time are not both
 * promised the last bytes. What was written is the file system's to know: a claim shrinks as it is.
 *
 * <p>A holder is the directory that the bytes go to; it has one claim at a time. Nothing here is durable: after a restart the
 * holders {@link #restore} what they had, before anybody reserves anew. Safe for use by several threads.
 */
public final class DiskLedger {
    private final String disk;
    private final FreeSpace free;
    private final Map<Path, Long> unwritten = new TreeMap<>();

    /** How much can still be written to the disk. */
    @FunctionalInterface
    public interface FreeSpace {
        long usableBytes() throws IOException;
    }

    /** @param disk its name in messages */
    public DiskLedger(String disk, FreeSpace free) {
        this.disk = disk;
        this.free = free;
    }

    /** Of the disk where a path lies, under the name of the path. */
    public static DiskLedger of(FileSystem files, Path path) {
        return new DiskLedger(path.toString(), () -> files.usableBytes(path));
    }

    /**
     * Reserves so many bytes for the holder, in place of what it had. Throws {@link DiskFullException}, and the holder has
     * nothing then, unless they are free beside what others have and what is to stay free.
     *
     * @param keepFreeBytes of the disk, whatever is reserved
     */
    public synchronized Claim reserve(Path holder, long bytes, long keepFreeBytes) throws IOException {
        requireSize(bytes);
        // Given up first: of two who were both promised too much before a restart, the one that asks last gets it then.
        unwritten.remove(holder);
        if (bytes > 0) {
            // Asked under the lock: what is written and not taken off its claim yet counts twice for a moment, never
            // not at all.
            long freeBytes = free.usableBytes();
            long reserved = reservedBytes();
            if (freeBytes - reserved - keepFreeBytes < bytes) {
                throw new DiskFullException("needs " + bytes + " bytes, disk " + disk + " has " + freeBytes
                        + " free of which " + reserved + " are reserved"
                        + (keepFreeBytes == 0 ? "" : " and " + keepFreeBytes + " stay free"));
            }
        }
        unwritten.put(holder, bytes);
        return new Claim(holder);
    }

    /** What the holder had before a restart, whether there is room for it by now or not. */
    public synchronized void restore(Path holder, long bytes) {
        requireSize(bytes);
        unwritten.put(holder, bytes);
    }

    /** Gives back what every holder at or below that path has. */
    public synchronized void releaseBelow(Path path) {
        unwritten.keySet().removeIf(holder -> holder.startsWith(path));
    }

    /** Promised and not written yet, by all holders. */
    public synchronized long reservedBytes() {
        return unwritten.values().stream().mapToLong(each -> each).sum();
    }

    private static void requireSize(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes to reserve: " + bytes + ", expected 0 or more");
        }
    }

    /** What a holder reserved. Once it was given back, what it says changes nothing. */
    public final class Claim {
        private final Path holder;

        private Claim(Path holder) {
            this.holder = holder;
        }

        /** So many bytes more are on the disk now. */
        public void written(long bytes) {
            synchronized (DiskLedger.this) {
                unwritten.computeIfPresent(holder, (same, left) -> Math.max(0, left - bytes));
            }
        }

        /** So many bytes were deleted, and are to be written again. */
        public void deleted(long bytes) {
            written(-bytes);
        }

        /** Nothing more is to be written. */
        public void release() {
            synchronized (DiskLedger.this) {
                unwritten.remove(holder);
            }
        }
    }
}
