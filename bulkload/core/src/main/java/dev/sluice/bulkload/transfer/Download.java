package dev.sluice.bulkload.transfer;

import java.util.concurrent.CompletableFuture;

/** A running download of one replica. */
public interface Download {
    /** Asks it to end: network and disk work cease within a second, then {@link #outcome} completes. */
    void stop();

    /** Completes once nothing of it runs any more; never exceptionally. The thread is one of the downloader's. */
    CompletableFuture<DownloadOutcome> outcome();

    /** How far it is now. */
    DownloadProgress progress();
}
