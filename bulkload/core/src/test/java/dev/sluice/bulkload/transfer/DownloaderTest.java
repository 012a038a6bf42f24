package dev.sluice.bulkload.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.bulkload.store.testing.StoreFault;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DownloaderTest {
    private static final int WINDOW_BYTES = 64 * 1024;
    private static final int FILE_BYTES = 1_000_000;
    private static final long DISK_BYTES = 1L << 40;

    @TempDir
    Path temporary;

    private final LocalFileSystem files = new LocalFileSystem();
    private final InMemoryBlockStore store = new InMemoryBlockStore();
    private final TransferThrottle throttle = TransferThrottle.unlimited(new SystemClock());
    private final List<SstFile> listed = new ArrayList<>();
    private final List<DownloadProgress> heard = Collections.synchronizedList(new ArrayList<>());
    /** Of a disk that becomes no fuller. */
    private final DiskLedger ledger = new DiskLedger("disk", () -> DISK_BYTES);

    private Downloader downloader = downloader(0);

    @AfterEach
    void close() {
        downloader.close();
    }

    private Downloader downloader(long reserveBytes) {
        return downloader(reserveBytes, false);
    }

    private Downloader downloader(long reserveBytes, boolean linkLocalFiles) {
        return new Downloader(
                files,
                path -> ledger,
                throttle,
                new SystemClock(),
                new DownloadOptions(WINDOW_BYTES, 4, 2, 5, 1, 10, reserveBytes, linkLocalFiles, 0));
    }

    private byte[] storeFile(String name, int bytes) throws Exception {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        store.put("p/" + name, content);
        listed.add(new SstFile(new SstFileName(name), bytes, md5(content)));
        return content;
    }

    private Manifest manifest() {
        return new Manifest(listed);
    }

    private StagingDirectory directory() {
        return new StagingDirectory(files, temporary.resolve("replica/load"));
    }

    private Download start() {
        return downloader.start(new PartitionSource(store, "p"), manifest(), directory(), heard::add);
    }

    private DownloadOutcome run() throws Exception {
        return start().outcome().get(20, TimeUnit.SECONDS);
    }

    private Path staged(String name) {
        return directory().file(new SstFileName(name));
    }

    @Test
    void everyFileArrivesWithItsContent() throws Exception {
        byte[] one = storeFile("1.sst", FILE_BYTES);
        byte[] two = storeFile("2.sst", 17);
        byte[] three = storeFile("3.sst", WINDOW_BYTES);
        storeFile("empty.sst", 0);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(one);
        assertThat(staged("2.sst")).hasBinaryContent(two);
        assertThat(staged("3.sst")).hasBinaryContent(three);
        assertThat(directory().isComplete(manifest())).isTrue();
        assertThat(files.list(directory().path())).containsExactly(".manifest", "1.sst", "2.sst", "3.sst", "empty.sst");
        assertThat(directory().paths(manifest()))
                .hasSize(4)
                .allSatisfy(path -> assertThat(path).exists());
    }

    /** Runs a download that links from a store in a directory beside the replica. */
    private DownloadOutcome runLinked(LocalBlockStore local) throws Exception {
        downloader.close();
        downloader = downloader(0, true);
        return downloader
                .start(new PartitionSource(local, "p"), manifest(), directory(), heard::add)
                .outcome()
                .get(20, TimeUnit.SECONDS);
    }

    private Path copyToDisk(String name, byte[] content) throws Exception {
        Path file = temporary.resolve("store/p/" + name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    @Test
    void aFileOfTheSameFileSystemIsLinkedAndHashedIfTheOptionAllowsIt() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        Path original = copyToDisk("1.sst", content);
        // What another attempt left: a part, and a link that was not checked.
        Files.createDirectories(directory().path());
        directory().prepare(manifest());
        Files.write(directory().part(new SstFileName("1.sst")), new byte[100]);
        Files.createLink(directory().link(new SstFileName("1.sst")), original);
        assertThat(files.list(directory().path())).contains("1.sst.part", ".1.sst.link");
        assertThat(runLinked(LocalBlockStore.below(temporary.resolve("store"))))
                .isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(files.isSameFile(staged("1.sst"), original)).isTrue();
        assertThat(files.list(directory().path())).containsExactly(".manifest", "1.sst");
        assertThat(heard.get(heard.size() - 1).bytesDone()).isEqualTo(FILE_BYTES);
        assertThat(ledger.reservedBytes()).isZero();
    }

    @Test
    void aFileIsNotLinkedUnlessTheOptionAllowsIt() throws Exception {
        Path original = copyToDisk("1.sst", storeFile("1.sst", FILE_BYTES));
        LocalBlockStore local = LocalBlockStore.below(temporary.resolve("store"));
        assertThat(downloader
                        .start(new PartitionSource(local, "p"), manifest(), directory(), heard::add)
                        .outcome()
                        .get(20, TimeUnit.SECONDS))
                .isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(files.isSameFile(staged("1.sst"), original)).isFalse();
    }

    @Test
    void aWrongFileIsRefusedWhenLinkedAndStaysAsItIs() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        content[FILE_BYTES / 2] ^= 1;
        Path original = copyToDisk("1.sst", content);
        assertThat(runLinked(LocalBlockStore.below(temporary.resolve("store"))))
                .isInstanceOfSatisfying(
                        DownloadOutcome.Failed.class,
                        failed -> assertThat(failed.error()).hasMessageContaining("expected md5"));
        assertThat(original).hasBinaryContent(content);
        assertThat(files.list(directory().path())).containsExactly(".manifest");
    }

    @Test
    void aFileThatBecameLongerIsRefusedWhenLinkedAndStaysAsItIs() throws Exception {
        byte[] content = Arrays.copyOf(storeFile("1.sst", FILE_BYTES), FILE_BYTES + 1);
        Path original = copyToDisk("1.sst", content);
        assertThat(runLinked(LocalBlockStore.below(temporary.resolve("store"))))
                .isInstanceOf(DownloadOutcome.Failed.class);
        assertThat(original).hasBinaryContent(content);
    }

    /** A store may name a file that is on another file system, or gone since. */
    @Test
    void aFileThatCannotBeLinkedIsCopied() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        store.localFile(temporary.resolve("gone"));
        downloader.close();
        downloader = downloader(0, true);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    /** An engine that has taken a file over with one load would pass it over with the next. */
    @Test
    void aFileThatIsLinkedAlreadyIsCopied() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        Path original = copyToDisk("1.sst", content);
        Files.createLink(temporary.resolve("engine.sst"), original);
        assertThat(runLinked(LocalBlockStore.below(temporary.resolve("store"))))
                .isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(files.isSameFile(staged("1.sst"), original)).isFalse();
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    @Test
    void aLinkOfTheStoreIsFollowed() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        Path original = copyToDisk("elsewhere", content);
        Files.createSymbolicLink(temporary.resolve("store/p/1.sst"), original);
        assertThat(runLinked(LocalBlockStore.below(temporary.resolve("store"))))
                .isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(files.isSameFile(staged("1.sst"), original)).isTrue();
        assertThat(staged("1.sst")).isRegularFile();
        assertThat(Files.isSymbolicLink(staged("1.sst"))).isFalse();
    }

    @Test
    void aStoreThatHasNoLocalFilesIsCopiedFrom() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        downloader.close();
        downloader = downloader(0, true);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    /** B.14. */
    @Test
    void aPartitionWithoutFilesIsCompleteAtOnce() throws Exception {
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(directory().isComplete(manifest())).isTrue();
    }

    /** B.5. */
    @Test
    void progressOnlyGrowsAndEndsWithEverything() throws Exception {
        storeFile("1.sst", FILE_BYTES);
        storeFile("2.sst", FILE_BYTES);
        store.failReads("p/1.sst", StoreFault.FLIPPED_BIT);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(heard).extracting(DownloadProgress::bytesDone).isSorted();
        DownloadProgress last = heard.get(heard.size() - 1);
        assertThat(last.bytesDone()).isEqualTo(2 * FILE_BYTES).isEqualTo(last.bytesTotal());
        assertThat(last.filesDone()).isEqualTo(2);
        assertThat(last.bytesFetched()).isGreaterThanOrEqualTo(3 * FILE_BYTES);
        assertThat(heard.size()).isGreaterThan(10);
    }

    /** B.8. */
    @Test
    void aVerifiedFileIsNeverFetchedAgain() throws Exception {
        storeFile("1.sst", FILE_BYTES);
        run();
        byte[] second = storeFile("2.sst", FILE_BYTES);
        // The manifest is another one now, so only the same one is begun again.
        listed.remove(1);
        downloader.close();
        downloader = downloader(0);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(FILE_BYTES);
        assertThat(second).hasSize(FILE_BYTES);
    }

    /** B.8: the part is hashed again, and only what is not on the disk is fetched. */
    @Test
    void aPartOnTheDiskIsGoneOnWith() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        directory().prepare(manifest());
        Files.write(directory().part(new SstFileName("1.sst")), Arrays.copyOf(content, 700_001));
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(FILE_BYTES - 700_001);
    }

    /** B.8: a process that ends anywhere loses at most its window of each file. */
    @Test
    void whatIsFetchedAgainAfterAStopIsAtMostTheWindow() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        throttle.setBytesPerSecondMax(4_000_000);
        int stops = 0;
        while (true) {
            long readBefore = store.bytesRead("p/1.sst");
            Download download = start();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> store.bytesRead("p/1.sst") > readBefore + 150_000
                            || download.outcome().isDone());
            download.stop();
            if (download.outcome().get(1, TimeUnit.SECONDS) instanceof DownloadOutcome.Complete) {
                break;
            }
            stops++;
        }
        assertThat(stops).isPositive();
        assertThat(staged("1.sst")).hasBinaryContent(content);
        assertThat(store.bytesRead("p/1.sst")).isLessThanOrEqualTo(FILE_BYTES + (long) stops * WINDOW_BYTES);
    }

    /** A loss of power may leave a part of the right length with the wrong bytes. */
    @Test
    void aPartThatIsWrongCostsOnlyItsOwnBytes() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        directory().prepare(manifest());
        Files.write(directory().part(new SstFileName("1.sst")), new byte[500_000]);
        store.failReads("p/1.sst", StoreFault.FLIPPED_BIT, StoreFault.FLIPPED_BIT);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    /** B.6: pause. */
    @Test
    void aThrottledDownloadStopsWithinASecondAndGoesOnLater() throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        throttle.setBytesPerSecondMax(100_000);
        Download download = start();
        await().until(() -> download.progress().bytesDone() > 0);
        download.stop();
        assertThat(download.outcome().get(1, TimeUnit.SECONDS)).isInstanceOf(DownloadOutcome.Stopped.class);
        long read = store.bytesRead("p/1.sst");
        throttle.setBytesPerSecondMax(0);
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(read);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    /** B.16. */
    @ParameterizedTest
    @EnumSource(
            value = StoreFault.class,
            names = {"TIME_OUT", "NOT_FOUND_AFTER_LIST", "RESET", "SHORT_READ", "FLIPPED_BIT"})
    void aStoreThatFailsNowAndThenIsAskedAgain(StoreFault fault) throws Exception {
        byte[] content = storeFile("1.sst", FILE_BYTES);
        store.failReads("p/1.sst", fault);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    /** B.16. */
    @Test
    void aStoreThatKeepsFailingEndsTheDownloadWithItsOwnWords() throws Exception {
        storeFile("1.sst", 10);
        store.failReads("p/1.sst", Collections.nCopies(100, StoreFault.RESET).toArray(new StoreFault[0]));
        assertFailed(run(), ErrorCode.ERR_FILE_OPERATION_FAILED, Remedy.RETRY, "p/1.sst", "connection reset");
    }

    @Test
    void aStoreThatRefusesIsNotAskedAgain() throws Exception {
        storeFile("1.sst", 10);
        store.failReads("p/1.sst", StoreFault.DENIED);
        assertFailed(run(), ErrorCode.ERR_FILE_OPERATION_FAILED, Remedy.FIX_THE_SOURCE, "p/1.sst", "permission denied");
    }

    /** B.13. */
    @Test
    void aMissingFileFailsTheDownload() throws Exception {
        storeFile("1.sst", 10);
        storeFile("2.sst", 10);
        store.delete("p/2.sst");
        assertFailed(run(), ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE, "p/2.sst", "no such file");
    }

    /** B.13. */
    @Test
    void aFileOfTheWrongSizeFailsTheDownload() throws Exception {
        byte[] content = storeFile("1.sst", 4096);
        store.put("p/1.sst", Arrays.copyOf(content, 1024));
        assertFailed(
                run(), ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE, "p/1.sst", "expected 4096 bytes, found 1024");
    }

    /** B.13. */
    @Test
    void aFileWithTheWrongMd5IsFetchedOnceMoreAndThenFailsTheDownload() throws Exception {
        byte[] content = storeFile("1.sst", 4096);
        content[4000] ^= 1;
        store.put("p/1.sst", content);
        assertFailed(run(), ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE, "p/1.sst", "expected md5 ");
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(2 * 4096);
        assertThat(files.list(directory().path())).containsExactly(".manifest");
    }

    @Test
    void withoutAnMd5TheSizeDecides() throws Exception {
        byte[] content = storeFile("1.sst", 4096);
        listed.set(0, new SstFile(new SstFileName("1.sst"), 4096, ""));
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    /** B.13: too little disk space is this node's trouble. */
    @Test
    void aFullDiskFailsTheDownloadBeforeItBegins() throws Exception {
        downloader.close();
        downloader = downloader(Long.MAX_VALUE / 2);
        storeFile("1.sst", 4096);
        assertFailed(
                run(),
                ErrorCode.ERR_DISK_INSUFFICIENT,
                Remedy.NODE,
                directory().path().toString(),
                "needs 4096 bytes, disk disk has " + DISK_BYTES + " free of which 0 are reserved and "
                        + Long.MAX_VALUE / 2 + " stay free");
        assertThat(store.bytesRead("p/1.sst")).isZero();
    }

    /** B.13: two loads compete for the last bytes of a disk; one is refused before it has read anything. */
    @Test
    void whatAnotherLoadReservedIsNotFree() throws Exception {
        storeFile("1.sst", 4096);
        Path other = temporary.resolve("other/load");
        ledger.reserve(other, DISK_BYTES - 4095, 0);
        assertFailed(
                run(),
                ErrorCode.ERR_DISK_INSUFFICIENT,
                Remedy.NODE,
                directory().path().toString(),
                "needs 4096 bytes, disk disk has " + DISK_BYTES + " free of which " + (DISK_BYTES - 4095)
                        + " are reserved");
        assertThat(store.bytesRead("p/1.sst")).isZero();

        ledger.releaseBelow(other);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(ledger.reservedBytes()).isZero();
    }

    /** What is on the disk is not reserved any more; what a stopped download has still to fetch is. */
    @Test
    void aStoppedDownloadKeepsWhatItStillNeeds() throws Exception {
        storeFile("1.sst", FILE_BYTES);
        throttle.setBytesPerSecondMax(100_000);
        Download download = start();
        Path part = directory().path().resolve("1.sst.part");
        await().until(() -> Files.exists(part) && Files.size(part) > 0);
        assertThat(ledger.reservedBytes()).isBetween(1L, (long) FILE_BYTES);
        download.stop();
        assertThat(download.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(DownloadOutcome.Stopped.class);
        long missing = directory().missingBytes(manifest());
        assertThat(missing).isBetween(1L, FILE_BYTES - 1L);
        assertThat(ledger.reservedBytes()).isEqualTo(missing);

        throttle.setBytesPerSecondMax(0);
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(ledger.reservedBytes()).isZero();
    }

    @Test
    void whatIsFetchedOnceMoreIsReservedOnceMore() throws Exception {
        byte[] content = storeFile("1.sst", 4096);
        content[4000] ^= 1;
        store.put("p/1.sst", content);
        assertThat(run()).isInstanceOf(DownloadOutcome.Failed.class);
        assertThat(ledger.reservedBytes()).isEqualTo(4096);
    }

    @Test
    void whatLiesThereFromAnotherManifestGoes() throws Exception {
        storeFile("1.sst", 4096);
        run();
        byte[] changed = new byte[4096];
        store.put("p/1.sst", changed);
        listed.set(0, new SstFile(new SstFileName("1.sst"), 4096, md5(changed)));
        assertThat(directory().isComplete(manifest())).isFalse();
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(changed);
    }

    @Test
    void aFileThatWasCutAfterwardsIsFetchedAgain() throws Exception {
        byte[] content = storeFile("1.sst", 4096);
        run();
        Files.write(staged("1.sst"), Arrays.copyOf(content, 100));
        assertThat(directory().isComplete(manifest())).isFalse();
        assertThat(run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(staged("1.sst")).hasBinaryContent(content);
    }

    @Test
    void closingTheDownloaderStopsWhatRuns() throws Exception {
        storeFile("1.sst", FILE_BYTES);
        throttle.setBytesPerSecondMax(1_000);
        Download download = start();
        downloader.close();
        assertThat(download.outcome().get(1, TimeUnit.SECONDS)).isInstanceOf(DownloadOutcome.Stopped.class);
    }

    @Test
    void deletingTheDirectoryLeavesNothing() throws Exception {
        storeFile("1.sst", 4096);
        run();
        directory().delete();
        directory().delete();
        assertThat(directory().path()).doesNotExist();
    }

    private static void assertFailed(
            DownloadOutcome outcome, ErrorCode code, Remedy remedy, String file, String reason) {
        assertThat(outcome).isInstanceOfSatisfying(DownloadOutcome.Failed.class, failed -> {
            assertThat(failed.error().code()).isEqualTo(code);
            assertThat(failed.error().remedy()).isEqualTo(remedy);
            assertThat(failed.error().file()).isEqualTo(file);
            assertThat(failed.error().reason()).contains(reason);
        });
    }

    private static String md5(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    }
}
