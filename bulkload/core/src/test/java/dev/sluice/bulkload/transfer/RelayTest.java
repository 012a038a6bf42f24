package dev.sluice.bulkload.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of a group that read a load from each other. */
class RelayTest {
    private static final int FILE_BYTES = 3_000_000;
    private static final long SLOW = 400_000;
    private static final long PATIENCE_MS = 300;
    private static final HostPort NOBODY = new HostPort("127.0.0.1", 1);

    @TempDir
    Path temporary;

    private final LocalFileSystem files = new LocalFileSystem();
    private final InMemoryBlockStore store = new InMemoryBlockStore();
    private final byte[] content = new byte[FILE_BYTES];
    private Manifest manifest = new Manifest(List.of());
    private final Map<HostPort, Member> members = new HashMap<>();
    private final Member first = new Member(34801);
    private final Member second = new Member(34802);
    private final Member third = new Member(34803);

    @BeforeEach
    void fill() throws Exception {
        new Random(1).nextBytes(content);
        store.put("p/1.sst", content);
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        manifest = new Manifest(List.of(new SstFile(new SstFileName("1.sst"), FILE_BYTES, md5)));
    }

    @AfterEach
    void close() {
        members.values().forEach(member -> member.downloader.close());
    }

    @Test
    void theStoreIsReadOnceAndTheLastBeginsBeforeTheFirstHasAll() throws Exception {
        second.place = new RelayPlace.Behind(first.self);
        third.place = new RelayPlace.Behind(second.self);
        first.throttle.setBytesPerSecondMax(SLOW);
        Download one = first.start();
        Download two = second.start();
        Download three = third.start();
        await().until(() -> three.progress().bytesDone() > 0);
        assertThat(one.outcome()).isNotDone();

        first.throttle.setBytesPerSecondMax(0);
        for (Download each : List.of(one, two, three)) {
            assertThat(each.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(DownloadOutcome.Complete.class);
        }
        members.values().forEach(member -> assertThat(member.staged()).hasBinaryContent(content));
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(FILE_BYTES);
        assertThat(three.progress().bytesRelayed()).isEqualTo(FILE_BYTES);
        assertThat(three.progress().bytesFetched()).isZero();
    }

    @Test
    void whereTheRelayBreaksTheStoreIsReadFromThereOn() throws Exception {
        second.place = new RelayPlace.Behind(first.self);
        first.throttle.setBytesPerSecondMax(SLOW);
        Download one = first.start();
        Download two = second.start();
        await().until(() -> two.progress().bytesRelayed() > 0);
        one.stop();
        assertThat(two.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(second.staged()).hasBinaryContent(content);
        assertThat(two.progress().bytesFetched())
                .isEqualTo(FILE_BYTES - two.progress().bytesRelayed());
    }

    @Test
    void aMemberThatDoesNotAnswerAndAPlaceThatNobodyTellsEndInTheStore() throws Exception {
        second.place = new RelayPlace.Behind(NOBODY);
        third.place = RelayPlace.UNKNOWN;
        for (Member member : List.of(second, third)) {
            assertThat(member.run()).isInstanceOf(DownloadOutcome.Complete.class);
            assertThat(member.staged()).hasBinaryContent(content);
        }
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(2 * FILE_BYTES);
    }

    /** As after the restart of the member that has it: it knows no checksum of the whole, so the manifest's is compared. */
    @Test
    void aMemberThatComesLateReadsFromAFinishedCopy() throws Exception {
        first.run();
        first.copy = new StagedCopy(files, manifest, first.directory());
        second.place = new RelayPlace.Behind(first.self);
        assertThat(second.run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(second.staged()).hasBinaryContent(content);
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(FILE_BYTES);
    }

    @Test
    void whatAnotherMemberHadWrongIsFetchedFromTheStore() throws Exception {
        first.run();
        second.place = new RelayPlace.Behind(first.self);
        second.flipsABit = true;
        assertThat(second.run()).isInstanceOf(DownloadOutcome.Complete.class);
        assertThat(second.staged()).hasBinaryContent(content);
        assertThat(store.bytesRead("p/1.sst")).isEqualTo(2 * FILE_BYTES);
    }

    @Test
    void aNameThatTheManifestDoesNotListIsNotRead() throws Exception {
        first.run();
        StagedCopy copy = new StagedCopy(files, manifest, first.directory());
        for (String name : List.of("2.sst", "../1.sst", ".manifest", "")) {
            assertThatThrownBy(() -> copy.read(name, 0, 10))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThat(copy.read("1.sst", FILE_BYTES - 3, Integer.MAX_VALUE)
                        .content()
                        .remaining())
                .isEqualTo(3);
        assertThat(copy.read("1.sst", 2L * FILE_BYTES, 10).content().remaining())
                .isZero();
    }

    private final class Member {
        private final HostPort self;
        private final TransferThrottle throttle = TransferThrottle.unlimited(new SystemClock());
        private final DiskLedger ledger = new DiskLedger("disk", () -> 1L << 40);
        private final Downloader downloader = new Downloader(
                files,
                path -> ledger,
                throttle,
                new SystemClock(),
                new DownloadOptions(64 * 1024, 4, 2, 5, 1, 10, 0, false, 0));
        private volatile RelayPlace place = RelayPlace.STORE;
        private volatile @Nullable StagedCopy copy;
        private boolean flipsABit;

        Member(int port) {
            self = new HostPort("127.0.0.1", port);
            members.put(self, this);
        }

        private StagingDirectory directory() {
            return new StagingDirectory(files, temporary.resolve(self.port() + "/load"));
        }

        private Path staged() {
            return directory().file(new SstFileName("1.sst"));
        }

        private Download start() {
            StagedCopy mine = new StagedCopy(files, manifest, directory());
            copy = mine;
            return downloader.start(
                    new PartitionSource(store, "p"),
                    manifest,
                    new GroupRelay(() -> place, this::ask, new SystemClock(), PATIENCE_MS),
                    mine,
                    progress -> {});
        }

        private DownloadOutcome run() throws Exception {
            return start().outcome().get(20, TimeUnit.SECONDS);
        }

        private StagedCopy.Part ask(HostPort member, SstFile file, long offset, int lengthMax) throws IOException {
            Member asked = members.get(member);
            StagedCopy has = asked == null ? null : asked.copy;
            if (has == null) {
                throw new IOException("no route to " + member);
            }
            StagedCopy.Part part = has.read(file.name().value(), offset, lengthMax);
            if (flipsABit && part.content().hasRemaining()) {
                flipsABit = false;
                ByteBuffer bytes = part.content();
                bytes.put(0, (byte) (bytes.get(0) ^ 1));
            }
            return part;
        }
    }
}
