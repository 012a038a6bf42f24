package dev.sluice.bulkload.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.8: a process that is killed in a download fetches at most 8 MiB of each file in flight again. */
class KilledDownloadTest {
    private static final int FILE_BYTES = 48 * 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void aKilledProcessGoesOnWhereItWas() throws Exception {
        byte[] content = new byte[FILE_BYTES];
        new Random(1).nextBytes(content);
        Files.createDirectories(directory.resolve("p"));
        Files.write(directory.resolve("p/1.sst"), content);
        Manifest manifest = new Manifest(List.of(new SstFile(
                new SstFileName("1.sst"),
                FILE_BYTES,
                HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content)))));
        Files.write(directory.resolve("manifest"), manifest.toJson());

        StagingDirectory staging = new StagingDirectory(new LocalFileSystem(), directory.resolve("staging"));
        Path part = staging.part(new SstFileName("1.sst"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString())
                .redirectOutput(directory.resolve("output").toFile())
                .redirectErrorStream(true)
                .start();
        try {
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> !process.isAlive() || (Files.exists(part) && Files.size(part) > FILE_BYTES / 3));
            assertThat(process.isAlive()).as("%s", directory.resolve("output")).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        long onDisk = Files.size(part);
        List<String> fetched = Files.readAllLines(directory.resolve("output"));
        long fetchedByChild = fetched.stream()
                .filter(line -> line.startsWith("fetched "))
                .mapToLong(line -> Long.parseLong(line.substring(8)))
                .max()
                .orElse(0);
        assertThat(fetchedByChild - onDisk).isLessThanOrEqualTo(DownloadOptions.WINDOW_BYTES_MAX);

        InMemoryBlockStore store = new InMemoryBlockStore().put("p/1.sst", content);
        SystemClock clock = new SystemClock();
        LocalFileSystem files = new LocalFileSystem();
        try (Downloader downloader = new Downloader(
                files,
                path -> DiskLedger.of(files, path),
                TransferThrottle.unlimited(clock),
                clock,
                DownloadOptions.DEFAULTS)) {
            assertThat(downloader
                            .start(new PartitionSource(store, "p"), manifest, staging, progress -> {})
                            .outcome()
                            .get(20, TimeUnit.SECONDS))
                    .isInstanceOf(DownloadOutcome.Complete.class);
        }
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(FILE_BYTES - onDisk);
        assertThat(Files.mismatch(directory.resolve("p/1.sst"), staging.file(new SstFileName("1.sst"))))
                .isEqualTo(-1);
    }

    /** Downloads slowly until it is killed, and prints how much it has fetched. */
    public static final class Child {
        private Child() {}

        /** The argument is the test's directory. */
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            SystemClock clock = new SystemClock();
            LocalFileSystem files = new LocalFileSystem();
            Manifest manifest = Manifest.parse("manifest", Files.readAllBytes(directory.resolve("manifest")));
            try (Downloader downloader = new Downloader(
                    files,
                    path -> DiskLedger.of(files, path),
                    new TransferThrottle(16L * 1024 * 1024, clock),
                    clock,
                    DownloadOptions.DEFAULTS)) {
                DownloadOutcome outcome = downloader
                        .start(
                                new PartitionSource(LocalBlockStore.below(directory), "p"),
                                manifest,
                                new StagingDirectory(new LocalFileSystem(), directory.resolve("staging")),
                                progress -> System.out.println("fetched " + progress.bytesFetched()))
                        .outcome()
                        .get();
                System.out.println(outcome);
            }
        }
    }
}
