package dev.sluice.bulkload.transfer;

import java.util.Map;

/**
 * How far a download is.
 *
 * @param bytesDone bytes on the disk; it only grows, also when a wrong file is fetched again
 * @param bytesTotal bytes of the manifest
 * @param filesDone verified files
 * @param filesTotal files of the manifest
 * @param bytesFetched bytes that came from the store in this attempt
 * @param bytesRelayed bytes that came from another member in this attempt
 * @param bytesPerSecond mean of the last seconds
 * @param filesInFlight bytes done of each file that is on its way
 */
public record DownloadProgress(
        long bytesDone,
        long bytesTotal,
        int filesDone,
        int filesTotal,
        long bytesFetched,
        long bytesRelayed,
        long bytesPerSecond,
        Map<String, Long> filesInFlight) {}
