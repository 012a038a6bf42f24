package dev.sluice.bulkload.transfer;

/**
 * Limits of downloads.
 *
 * @param windowBytes most bytes of one file that are fetched and not on the disk yet: what a killed process fetches again
 * @param piecesPerFile parallel reads of one file; each fetches {@code windowBytes / piecesPerFile}
 * @param filesPerReplica files of one replica that are fetched at the same time
 * @param attemptsMax reads of one piece before the store's error ends the download
 * @param backoffMs wait after the first error, doubled after each further one
 * @param backoffMsMax longest wait between two attempts
 * @param reserveBytes bytes that must stay free on the disk
 * @param linkLocalFiles give a file of the store a second name, instead of copying it, where both lie on one file system
 * @param progressIntervalMs least time between two progress reports of one download
 */
public record DownloadOptions(
        int windowBytes,
        int piecesPerFile,
        int filesPerReplica,
        int attemptsMax,
        long backoffMs,
        long backoffMsMax,
        long reserveBytes,
        boolean linkLocalFiles,
        long progressIntervalMs) {
    /** A killed process fetches at most this much of each file again. */
    public static final int WINDOW_BYTES_MAX = 8 * 1024 * 1024;

    public static final DownloadOptions DEFAULTS =
            new DownloadOptions(WINDOW_BYTES_MAX, 4, 2, 8, 100, 5_000, 256L * 1024 * 1024, false, 50);

    public DownloadOptions {
        require(windowBytes >= 1 && windowBytes <= WINDOW_BYTES_MAX, "windowBytes", windowBytes);
        require(piecesPerFile >= 1 && piecesPerFile <= windowBytes, "piecesPerFile", piecesPerFile);
        require(filesPerReplica >= 1, "filesPerReplica", filesPerReplica);
        require(attemptsMax >= 1, "attemptsMax", attemptsMax);
        require(backoffMs >= 0, "backoffMs", backoffMs);
        require(backoffMsMax >= backoffMs, "backoffMsMax", backoffMsMax);
        require(reserveBytes >= 0, "reserveBytes", reserveBytes);
        require(progressIntervalMs >= 0, "progressIntervalMs", progressIntervalMs);
    }

    /** The same, with or without {@link #linkLocalFiles}. */
    public DownloadOptions withLinkLocalFiles(boolean link) {
        return new DownloadOptions(
                windowBytes,
                piecesPerFile,
                filesPerReplica,
                attemptsMax,
                backoffMs,
                backoffMsMax,
                reserveBytes,
                link,
                progressIntervalMs);
    }

    int pieceBytes() {
        return windowBytes / piecesPerFile;
    }

    /** Wait before the next attempt, after that many failed ones. */
    long backoffMs(int failures) {
        int doublings = Math.min(failures - 1, 30);
        return Math.min(backoffMsMax, backoffMs << doublings);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + " is out of range");
        }
    }
}
