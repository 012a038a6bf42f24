package dev.sluice.replica.compaction;

import java.io.IOException;

/** Room on a replica's disk for what a compaction writes before it gives back what was there. */
@FunctionalInterface
public interface CompactionSpace {
    /**
     * Throws {@code DiskFullException} if so many bytes are not free beside what is promised to loads and learning. Nothing is
     * promised: who compacts keeps neither of them out. May wait for the disk.
     */
    void require(long bytes) throws IOException;
}
