package dev.sluice.replica.compaction;

import dev.sluice.common.file.DiskLedger;
import java.io.IOException;

/** Room on a replica's disk for what a compaction writes before it gives back what was there. */
@FunctionalInterface
public interface CompactionSpace {
    /** Reserves so many bytes; throws {@code DiskFullException} if they are not there. May wait for the disk. */
    DiskLedger.Claim reserve(long bytes) throws IOException;
}
