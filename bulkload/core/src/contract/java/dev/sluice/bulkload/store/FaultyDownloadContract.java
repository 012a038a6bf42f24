package dev.sluice.bulkload.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.testing.FaultyBlockStore;
import dev.sluice.bulkload.store.testing.StoreFault;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.bulkload.transfer.DownloadOutcome;
import dev.sluice.bulkload.transfer.Downloader;
import dev.sluice.bulkload.transfer.StagingDirectory;
import dev.sluice.bulkload.transfer.TransferThrottle;
import dev.sluice.bulkload.verify.Md5;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** B.16: what a download makes of a store that fails now and then, whatever store it is. */
public abstract class FaultyDownloadContract {
    private static final int FILE_BYTES = 300_000;

    @TempDir
    protected Path scratch;

    private final LocalFileSystem files = new LocalFileSystem();
    private final SystemClock clock = new SystemClock();

    /** An empty store. */
    protected abstract BlockStore store() throws Exception;

    @ParameterizedTest
    @EnumSource(StoreFault.class)
    void everyFileArrivesOrTheStoresOwnWordsDo(StoreFault fault) throws Exception {
        FaultyBlockStore store = new FaultyBlockStore(store());
        SstFile one = put(store, "0/1.sst", 1);
        SstFile two = put(store, "0/2.sst", 2);
        Manifest manifest = new Manifest(List.of(one, two));
        store.failReads("0/2.sst", fault);
        StagingDirectory directory = new StagingDirectory(files, scratch.resolve("staging"));
        DownloadOutcome outcome;
        try (Downloader downloader = new Downloader(
                files,
                path -> DiskLedger.of(files, scratch),
                TransferThrottle.unlimited(clock),
                clock,
                DownloadOptions.DEFAULTS)) {
            outcome = downloader
                    .start(new PartitionSource(store, "0"), manifest, directory, progress -> {})
                    .outcome()
                    .get(60, TimeUnit.SECONDS);
        }
        if (fault == StoreFault.DENIED) {
            assertThat(outcome).isInstanceOfSatisfying(DownloadOutcome.Failed.class, failed -> assertThat(failed.error())
                    .hasMessageContaining("0/2.sst: permission denied"));
        } else {
            assertThat(outcome).isInstanceOf(DownloadOutcome.Complete.class);
            for (SstFile file : manifest.files()) {
                assertThat(Md5.of(files, directory.file(file.name()), new StopSignal())).isEqualTo(file.md5());
            }
        }
    }

    private SstFile put(BlockStore store, String path, long seed) throws Exception {
        byte[] content = new byte[FILE_BYTES];
        new Random(seed).nextBytes(content);
        Path local = Files.write(scratch.resolve("local"), content);
        String md5 = Md5.of(files, local, new StopSignal());
        store.take(local, path);
        return new SstFile(new SstFileName(path.substring(path.indexOf('/') + 1)), FILE_BYTES, md5);
    }
}
