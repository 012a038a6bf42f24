package dev.sluice.replica.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.load.FileTotals;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadOrder;
import dev.sluice.bulkload.repack.SstRepacker;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.bulkload.transfer.DownloadProgress;
import dev.sluice.bulkload.transfer.Relay;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.time.SystemClock;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.throttle.NodeThrottle;
import dev.sluice.wire.internal.LoadGoal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkTest {
    private static final Path DIRECTORY = Path.of("/replica/load");

    @TempDir
    private Path source;

    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

    /** B.1: whoever deletes the replica's directory waits until nothing writes there, not only until it was told to stop. */
    @Test
    void workThatIsToldToStopHasEndedOnlyOnceItLeftTheDisk() throws Exception {
        Manifest manifest = storeFileSet();
        CountDownLatch onDisk = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CrashableFileSystem files = new CrashableFileSystem();
        files.createDirectories(DIRECTORY);
        files.setFault((operation, path) -> {
            if (path.startsWith(DIRECTORY)) {
                onDisk.countDown();
                awaitQuietly(goOn);
            }
        });
        SystemClock clock = new SystemClock();
        Config config = Config.of(ReplicaOptions.schema());
        try (BlockStores stores = new BlockStores(List.of(BlockService.of("local", "local_service", "")));
                NodeLoads node = new NodeLoads(new NodeLoads.World(
                        files,
                        path -> DiskLedger.of(files, path),
                        stores,
                        new SstRepacker(files),
                        clock,
                        config,
                        new NodeThrottle(config, clock),
                        FaultPoints.none()))) {
            Work work = work(node, files, manifest);
            work.startFetch();
            assertThat(onDisk.await(20, TimeUnit.SECONDS)).isTrue();
            work.stop();
            assertThat(work.ended()).isNotDone();
            assertThat(heard).isEmpty();
            goOn.countDown();
            CompletableFuture<?> ended = work.ended();
            ended.get(20, TimeUnit.SECONDS);
            assertThat(heard).containsExactly("stopped");
        }
    }

    /** B.13, B.22: of two loads that compete for the last bytes of a disk one is refused, with the numbers, and then goes on. */
    @Test
    void aDiskThatWouldRunFullIsThisNodesTroubleAndSaysTheNumbers() throws Exception {
        Manifest manifest = storeFileSet();
        CrashableFileSystem files = new CrashableFileSystem();
        files.createDirectories(DIRECTORY);
        DiskLedger ledger = new DiskLedger("data:/replica", () -> 100 + DownloadOptions.DEFAULTS.reserveBytes());
        Path other = Path.of("/replica/2.0/load/8");
        ledger.reserve(other, 98, 0);
        SystemClock clock = new SystemClock();
        Config config = Config.of(ReplicaOptions.schema());
        try (BlockStores stores = new BlockStores(List.of(BlockService.of("local", "local_service", "")));
                NodeLoads node = new NodeLoads(new NodeLoads.World(
                        files,
                        path -> ledger,
                        stores,
                        new SstRepacker(files),
                        clock,
                        config,
                        new NodeThrottle(config, clock),
                        FaultPoints.none()))) {
            Work refused = work(node, files, manifest);
            refused.startFetch();
            refused.ended().get(20, TimeUnit.SECONDS);
            assertThat(heard)
                    .containsExactly(
                            "failed, of the node: /replica/load/7: needs 3 bytes, disk data:/replica has 268435556"
                                    + " free of which 98 are reserved and 268435456 stay free");

            ledger.releaseBelow(other);
            Work again = work(node, files, manifest);
            again.startFetch();
            again.ended().get(20, TimeUnit.SECONDS);
            assertThat(heard).hasSize(2).contains("done");
            assertThat(ledger.reservedBytes()).isZero();
        }
    }

    private Manifest storeFileSet() throws IOException {
        byte[] content = "any".getBytes(UTF_8);
        Files.write(source.resolve("0.sst"), content);
        Manifest manifest = new Manifest(List.of(new SstFile(new SstFileName("0.sst"), content.length, "")));
        Files.write(source.resolve("bulk_load_metadata"), manifest.toJson());
        return manifest;
    }

    private Work work(NodeLoads node, FileSystem files, Manifest manifest) {
        return new Work(
                node,
                new Gpid(1, 0),
                new HostPort("127.0.0.1", 34801),
                new LoadOrder(
                        7, LoadGoal.DOWNLOAD, "local", source.toString(), manifest.digest(), 0, 0, 1, "full", true, 0),
                new StagedMark(files, DIRECTORY),
                new Listener(),
                staged -> Optional.empty(),
                Relay.NONE);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Listener implements Work.Listener {
        @Override
        public void onManifest(FileTotals totals) {}

        @Override
        public void onProgress(DownloadProgress progress) {}

        @Override
        public void onDone() {
            heard.add("done");
        }

        @Override
        public void onFailed(LoadError error, boolean ofNode) {
            heard.add("failed, of the " + (ofNode ? "node: " : "source: ") + error.message());
        }

        @Override
        public void onStopped() {
            heard.add("stopped");
        }
    }
}
