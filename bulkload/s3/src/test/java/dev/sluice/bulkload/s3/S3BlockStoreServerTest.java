package dev.sluice.bulkload.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.store.BlockWriter;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.store.StorePlace;
import dev.sluice.bulkload.transfer.Download;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.bulkload.transfer.DownloadOutcome;
import dev.sluice.bulkload.transfer.Downloader;
import dev.sluice.bulkload.transfer.StagingDirectory;
import dev.sluice.bulkload.transfer.TransferThrottle;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** With a server that is killed and comes back with its files. */
class S3BlockStoreServerTest {
    private static final int PART_BYTES = 5 * 1024 * 1024;
    private static final int LARGE_BYTES = 12 * 1024 * 1024;
    private static final String BUCKET = "sets";

    @TempDir
    static Path serverDirectory;

    private static S3Server server;
    private static int tests;

    @TempDir
    Path directory;

    private BlockStore store;
    private String prefix;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3Server.start(serverDirectory);
        server.createBucket(BUCKET);
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void openStore() {
        prefix = "test-" + tests++;
        store = open(BUCKET, "prefix=" + prefix, "part_bytes=" + PART_BYTES);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private static BlockStore open(String bucket, String... more) {
        List<String> args = new ArrayList<>(server.args(bucket));
        args.addAll(List.of(more));
        return new S3BlockStoreType().open(new BlockService("s3", S3BlockStoreType.NAME, args));
    }

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    private void write(String path, byte[] content) throws Exception {
        try (BlockWriter writer = store.create(path)) {
            writer.write(content);
            writer.commit();
        }
    }

    private byte[] read(String path) throws Exception {
        try (InputStream in = store.open(path, 0, store.size(path))) {
            return in.readAllBytes();
        }
    }

    private static void assertFails(Kind kind, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BlockStoreException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(words)
                .hasMessageNotContaining(S3Server.SECRET_ACCESS_KEY)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aDirectoryOfManyPagesIsListedWhole() throws Exception {
        Path files = Files.createDirectories(
                serverDirectory.resolve("data").resolve(BUCKET).resolve(prefix).resolve("many"));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            names.add(String.format("%05d.sst", i));
            Files.writeString(files.resolve(names.get(i)), "x");
        }
        Files.createDirectories(files.resolve("below"));
        Files.writeString(files.resolve("below/file"), "x");
        names.add("below");
        assertThat(store.list("many")).containsExactlyElementsOf(names);
    }

    @Test
    void namesMayHaveAnythingThatAFileNameHas() throws Exception {
        List<String> names = List.of("a b+c%20d", "ä€", "x&y=z?#", "~(1)'*!");
        for (String name : names) {
            write("odd/" + name, name.getBytes(UTF_8));
        }
        assertThat(store.list("odd")).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            assertThat(read("odd/" + name)).asString(UTF_8).isEqualTo(name);
        }
    }

    @Test
    void aLargeFileIsWrittenInPartsAndReadBack() throws Exception {
        byte[] content = content(LARGE_BYTES);
        try (BlockWriter writer = store.create("dir/large")) {
            for (int at = 0; at < content.length; at += 1_000_000) {
                writer.write(content, at, Math.min(1_000_000, content.length - at));
            }
            assertThat(uploads()).isEqualTo(1);
            assertThat(store.list("dir")).isEmpty();
            writer.commit();
        }
        assertThat(uploads()).isZero();
        assertThat(read("dir/large")).isEqualTo(content);
        try (InputStream in = store.open("dir/large", PART_BYTES - 3, 6)) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, PART_BYTES - 3, PART_BYTES + 3));
        }
    }

    @Test
    void aFileOfExactlyTwoPartsIsWhole() throws Exception {
        byte[] content = content(2 * PART_BYTES);
        write("two", content);
        assertThat(read("two")).isEqualTo(content);
    }

    @Test
    void aLargeLocalFileIsTakenInParts() throws Exception {
        byte[] content = content(LARGE_BYTES);
        Path local = Files.write(directory.resolve("local"), content);
        store.take(local, "dir/taken");
        assertThat(read("dir/taken")).isEqualTo(content);
        assertThat(local).doesNotExist();
        assertThat(uploads()).isZero();
    }

    @Test
    void aLocalFileThatIsNotThereIsTheCallersTrouble() {
        assertFails(Kind.PERMANENT, "cannot read local file", () -> store.take(directory.resolve("no"), "x"));
    }

    @Test
    void aLargeFileThatIsGivenUpLeavesNothing() throws Exception {
        try (BlockWriter writer = store.create("dir/large")) {
            writer.write(content(LARGE_BYTES));
            assertThat(uploads()).isEqualTo(1);
        }
        assertThat(uploads()).isZero();
        assertThat(store.list("dir")).isEmpty();
    }

    @Test
    void anEmptyFileIsAFile() throws Exception {
        write("empty", new byte[0]);
        store.take(Files.createFile(directory.resolve("local")), "taken");
        assertThat(store.size("empty")).isZero();
        assertThat(store.size("taken")).isZero();
        try (InputStream in = store.open("empty", 0, 10)) {
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void theRootIsADirectoryAndNoFile() throws Exception {
        write("file", new byte[1]);
        assertThat(store.list("")).containsExactly("file");
        assertFails(Kind.NOT_FOUND, "no such file", () -> store.size("/"));
        assertFails(Kind.PERMANENT, "is no file", () -> store.create(""));
    }

    private static void restartIfKilled() throws Exception {
        if (!server.isRunning()) {
            server.restart();
        }
    }

    private static long uploads() {
        try (S3Client client = server.client()) {
            return client.listMultipartUploads(request -> request.bucket(BUCKET))
                    .uploads()
                    .size();
        }
    }

    @Test
    void aWrongBucketIsToldWithTheFirstCallOfEachKind() throws Exception {
        Path local = Files.writeString(directory.resolve("local"), "x");
        try (BlockStore wrong = open("no-such-bucket")) {
            String words =
                    "no such bucket 'no-such-bucket' at " + server.endpoint() + ": create it, or correct bucket=";
            assertFails(Kind.PERMANENT, words, () -> wrong.size("file"));
            assertFails(Kind.PERMANENT, words, () -> wrong.open("file", 0, 1));
            assertFails(Kind.PERMANENT, words, () -> wrong.list("dir"));
            assertFails(Kind.PERMANENT, words, () -> wrong.take(local, "file"));
            assertFails(Kind.PERMANENT, words, () -> {
                try (BlockWriter writer = wrong.create("file")) {
                    writer.commit();
                }
            });
        }
        assertThat(local).exists();
    }

    @Test
    void wrongCredentialsAreToldWithTheFirstCall() throws Exception {
        Path credentials = Files.writeString(
                directory.resolve("credentials"),
                "[default]\naws_access_key_id = nobody\naws_secret_access_key = x\n[bad]\naws_access_key_id = "
                        + S3Server.ACCESS_KEY_ID + "\naws_secret_access_key = wrong\n");
        for (String profile : new String[] {"default", "bad"}) {
            try (BlockStore wrong = new S3BlockStoreType()
                    .open(new BlockService(
                            "s3",
                            S3BlockStoreType.NAME,
                            List.of(
                                    "bucket=" + BUCKET,
                                    "endpoint=" + server.endpoint(),
                                    "region=us-east-1",
                                    "credentials_file=" + credentials,
                                    "profile=" + profile)))) {
                String words = "credentials_file=" + credentials + ", profile " + profile;
                assertFails(Kind.PERMANENT, words, () -> wrong.size("file"));
                assertFails(Kind.PERMANENT, words, () -> wrong.list("dir"));
            }
        }
    }

    @Test
    void aServerThatIsKilledInAReadIsReadOnLater() throws Exception {
        byte[] content = content(32 * 1024 * 1024);
        store.take(Files.write(directory.resolve("local"), content), "large");
        byte[] got = new byte[content.length];
        int done;
        try (InputStream in = store.open("large", 0, content.length)) {
            done = in.readNBytes(got, 0, 100_000);
            server.kill();
            int[] read = {done};
            assertFails(Kind.TRANSIENT, "large: ", () -> {
                while (read[0] < got.length) {
                    int more = in.read(got, read[0], Math.min(65_536, got.length - read[0]));
                    if (more < 0) {
                        throw new AssertionError("the stream ended at " + read[0]);
                    }
                    read[0] += more;
                }
            });
            done = read[0];
            assertFails(Kind.TRANSIENT, "large: ", () -> store.size("large"));
        } finally {
            restartIfKilled();
        }
        try (InputStream in = store.open("large", done, content.length - done)) {
            assertThat(in.readNBytes(got, done, content.length - done)).isEqualTo(content.length - done);
        }
        assertThat(Arrays.equals(got, content)).isTrue();
    }

    @Test
    void twoServicesDoNotSeeEachOthersFiles() throws Exception {
        server.createBucket("other-" + prefix);
        try (BlockStores stores = new BlockStores(List.of(
                new BlockService("one", S3BlockStoreType.NAME, server.args(BUCKET)),
                new BlockService("two", S3BlockStoreType.NAME, server.args("other-" + prefix))))) {
            try (BlockWriter writer = stores.require("two").create("only/here")) {
                writer.write(1);
                writer.commit();
            }
            assertThat(stores.require("two").list("only")).containsExactly("here");
            assertThat(stores.require("one").list("only")).isEmpty();
        }
    }

    @Test
    void aUriLeadsToAPlace() throws Exception {
        write("dir/file", "x".getBytes(UTF_8));
        List<String> args = server.args(BUCKET).stream()
                .filter(word -> !word.startsWith("bucket="))
                .toList();
        try (StorePlace place = StorePlace.open("s3://" + BUCKET + "/" + prefix + "/dir", args)) {
            assertThat(place.store().list(place.path())).containsExactly("file");
            assertThat(place.store().describe(place.path())).isEqualTo("s3://sets/" + prefix + "/dir");
        }
    }

    @Test
    void aDownloadOutlivesItsServer() throws Exception {
        List<SstFile> listed = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            byte[] content = content(6 * 1024 * 1024 + i);
            write("p/" + i + ".sst", content);
            listed.add(new SstFile(new SstFileName(i + ".sst"), content.length, md5(content)));
        }
        Manifest manifest = new Manifest(listed);
        LocalFileSystem files = new LocalFileSystem();
        StagingDirectory staging = new StagingDirectory(files, directory.resolve("staging"));
        TransferThrottle throttle = new TransferThrottle(4 * 1024 * 1024, new SystemClock());
        try (Downloader downloader = new Downloader(
                files,
                path -> DiskLedger.of(files, path),
                throttle,
                new SystemClock(),
                new DownloadOptions(1024 * 1024, 4, 2, 40, 50, 500, 0, false, 0))) {
            Download download = downloader.start(new PartitionSource(store, "p"), manifest, staging, progress -> {});
            await().until(() -> download.progress().bytesDone() > 1024 * 1024);
            server.kill();
            long before = download.progress().bytesFetched();
            assertThat(before).isLessThan(18 * 1024 * 1024);
            assertThat(download.outcome()).isNotDone();
            server.restart();
            throttle.setBytesPerSecondMax(0);
            assertThat(download.outcome().get(60, TimeUnit.SECONDS)).isInstanceOf(DownloadOutcome.Complete.class);
        } finally {
            restartIfKilled();
        }
        for (SstFile file : listed) {
            assertThat(md5(Files.readAllBytes(staging.file(file.name())))).isEqualTo(file.md5());
        }
    }

    private static String md5(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    }
}
