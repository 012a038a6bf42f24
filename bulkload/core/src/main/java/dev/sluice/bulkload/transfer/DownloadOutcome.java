package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.SourceException;

/** How a download ended. Whatever is verified, and the parts, are still on the disk. */
public sealed interface DownloadOutcome {
    /** Every file of the manifest is complete, has the size and MD5 of the manifest, and is durable. */
    record Complete(DownloadProgress progress) implements DownloadOutcome {}

    /** It was asked to stop. Starting it again goes on from what is on the disk. */
    record Stopped(DownloadProgress progress) implements DownloadOutcome {}

    /** It cannot go on; the error says why and who can mend it. */
    record Failed(SourceException error, DownloadProgress progress) implements DownloadOutcome {}
}
