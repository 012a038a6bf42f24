package dev.sluice.bulkload.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.time.SystemClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** B.8: whatever a killed process or a loss of power leaves, a final name stands for the right content and is never fetched again. */
class CrashedDownloadTest {
    private static final Path PARENT = Path.of("/data/replica");
    private static final Path DIRECTORY = PARENT.resolve("load");

    // The tries share this object.
    private CrashableFileSystem files = new CrashableFileSystem();
    private InMemoryBlockStore store = new InMemoryBlockStore();
    private final Map<String, byte[]> contents = new HashMap<>();

    @Property(tries = 100)
    void aFinalNameIsRightAfterEveryCrash(@ForAll long seed) throws Exception {
        files = new CrashableFileSystem();
        store = new InMemoryBlockStore();
        Random random = new Random(seed);
        Manifest manifest = new Manifest(List.of(
                storeFile(random, "1.sst", 40_000), storeFile(random, "2.sst", 5), storeFile(random, "3.sst", 9_000)));
        StagingDirectory directory = new StagingDirectory(files, DIRECTORY);
        files.createDirectories(PARENT);
        files.syncDirectory(Path.of("/"));
        files.syncDirectory(Path.of("/data"));
        boolean isComplete = false;
        for (int life = 0; life < 50 && !isComplete; life++) {
            Map<String, Long> readBefore = bytesReadOfVerified(directory, manifest);
            isComplete = live(manifest, directory, 5 + random.nextInt(60 + 10 * life));
            // Else only the process was killed: names may be there that are not durable yet.
            if (isComplete || random.nextBoolean()) {
                files.crash(random);
            }
            // It was verified before, so nobody had a reason to ask the store.
            readBefore.forEach((name, bytes) ->
                    assertThat(store.bytesRead("p/" + name)).as(name).isEqualTo(bytes));
            for (SstFile file : directory.verified(manifest)) {
                assertThat(Arrays.equals(
                                content(directory.file(file.name())),
                                contents.get(file.name().value())))
                        .as(file.name().value())
                        .isTrue();
            }
        }
        assertThat(isComplete).isTrue();
        assertThat(directory.isComplete(manifest)).isTrue();
    }

    /** Downloads until so many operations of the file system were done; true if it completed. */
    private boolean live(Manifest manifest, StagingDirectory directory, int operations) throws Exception {
        AtomicInteger left = new AtomicInteger(operations);
        files.setFault((operation, path) -> {
            if (left.decrementAndGet() < 0) {
                throw new IOException("the power is gone");
            }
        });
        SystemClock clock = new SystemClock();
        try (Downloader downloader = new Downloader(
                files,
                path -> DiskLedger.of(files, path),
                TransferThrottle.unlimited(clock),
                clock,
                new DownloadOptions(4096, 2, 2, 2, 0, 0, 0, false, 1000))) {
            DownloadOutcome outcome = downloader
                    .start(new PartitionSource(store, "p"), manifest, directory, progress -> {})
                    .outcome()
                    .get(10, TimeUnit.SECONDS);
            return outcome instanceof DownloadOutcome.Complete;
        } finally {
            files.setFault((operation, path) -> {});
        }
    }

    private Map<String, Long> bytesReadOfVerified(StagingDirectory directory, Manifest manifest) throws IOException {
        Map<String, Long> bytes = new HashMap<>();
        for (SstFile file : directory.verified(manifest)) {
            bytes.put(file.name().value(), store.bytesRead("p/" + file.name()));
        }
        return bytes;
    }

    private SstFile storeFile(Random random, String name, int size) throws Exception {
        byte[] content = new byte[size];
        random.nextBytes(content);
        contents.put(name, content);
        store.put("p/" + name, content);
        return new SstFile(
                new SstFileName(name),
                size,
                HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content)));
    }

    private byte[] content(Path path) throws IOException {
        try (FileSystem.File file = files.openForRead(path)) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            return content.array();
        }
    }
}
