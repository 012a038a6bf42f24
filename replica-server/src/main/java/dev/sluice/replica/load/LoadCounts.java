package dev.sluice.replica.load;

import dev.sluice.bulkload.transfer.DownloadProgress;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.wire.internal.MemberPhase;
import java.util.concurrent.atomic.LongAdder;

/** What the loads of a node count, from the start of its process on. Safe for use by several threads. */
final class LoadCounts {
    private final LongAdder filesFetched = new LongAdder();
    private final LongAdder filesFailed = new LongAdder();
    private final LongAdder bytesFetched = new LongAdder();
    private final LongAdder bytesRelayed = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** A replica has all files. */
    void fetched(DownloadProgress end) {
        filesFetched.add(end.filesDone());
        bytesFetched.add(end.bytesFetched());
        bytesRelayed.add(end.bytesRelayed());
    }

    /** A replica gave up at a file. */
    void fetchFailed(DownloadProgress end) {
        filesFetched.add(end.filesDone());
        filesFailed.increment();
        bytesFetched.add(end.bytesFetched());
        bytesRelayed.add(end.bytesRelayed());
    }

    /** The load of a replica is in another phase. */
    void reached(MemberPhase phase) {
        if (phase == MemberPhase.PUBLISHED) {
            succeeded.increment();
        } else if (phase == MemberPhase.FAILED) {
            failed.increment();
        }
    }

    void register(Metrics metrics) {
        metrics.counter(
                "bulk_load_download_file_successful_count", "Files that were fetched and verified.", filesFetched::sum);
        metrics.counter("bulk_load_download_file_failed_count", "Fetches that ended at a file.", filesFailed::sum);
        metrics.counter("bulk_load_download_file_bytes", "Bytes that came from the store.", bytesFetched::sum);
        metrics.counter(
                "bulk_load_download_file_relayed_bytes",
                "Bytes that came from other members instead of the store.",
                bytesRelayed::sum);
        metrics.counter("bulk_load_successful_count", "Loads that a replica published.", succeeded::sum);
        metrics.counter("bulk_load_failed_count", "Loads that failed on a replica.", failed::sum);
        // A write waits at most for the links of an ingest; none is ever rejected because of a load.
        metrics.counter("bulk_load_ingestion_rejected_write_requests", "Writes rejected because of a load.", () -> 0);
    }
}
