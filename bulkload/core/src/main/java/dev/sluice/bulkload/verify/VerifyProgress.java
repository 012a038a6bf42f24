package dev.sluice.bulkload.verify;

/**
 * How far a verification is.
 *
 * @param filesDone files that were found to be right
 * @param bytesDone bytes of those files
 * @param rows rows looked at so far
 */
public record VerifyProgress(int filesDone, long bytesDone, long rows) {}
