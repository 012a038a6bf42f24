package dev.sluice.bulkload.verify;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What is to be verified.
 *
 * @param manifest what the files must be
 * @param paths where each file lies on this machine
 * @param partitionIndex the partition that every key must belong to
 * @param partitionCount number of partitions of the app
 * @param mode how much is looked at
 * @param isForBehind true if the files are to be ingested below existing data, where they must not overlap
 * @param nowWallMs today, for values that claim to be written later
 */
public record VerifyRequest(
        Manifest manifest,
        Function<SstFile, Path> paths,
        int partitionIndex,
        int partitionCount,
        VerifyMode mode,
        boolean isForBehind,
        long nowWallMs) {
    public VerifyRequest {
        if (partitionCount < 1 || partitionIndex < 0 || partitionIndex >= partitionCount) {
            throw new IllegalArgumentException("partition " + partitionIndex + " of " + partitionCount);
        }
    }
}
