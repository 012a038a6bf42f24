package dev.sluice.bulkload.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.BlockWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the store makes of servers that answer badly or not at all. */
class S3BlockStoreFaultTest {
    @TempDir
    Path directory;

    private final CountDownLatch testEnds = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private Path credentials;
    private BlockStore store;
    private volatile Answer answer = exchange -> respond(exchange, 500, "");

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            try (exchange) {
                answer.to(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        credentials = Files.writeString(
                directory.resolve("credentials"),
                "[default]\naws_access_key_id = " + S3Server.ACCESS_KEY_ID + "\naws_secret_access_key = "
                        + S3Server.SECRET_ACCESS_KEY + "\n");
        store = open("http://127.0.0.1:" + server.getAddress().getPort(), "region=eu-central-1");
    }

    @AfterEach
    void stop() {
        testEnds.countDown();
        store.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private BlockStore open(String endpoint, String... more) {
        List<String> args = new ArrayList<>(List.of("bucket=sets", "endpoint=" + endpoint));
        args.add("credentials_file=" + credentials);
        args.addAll(List.of(more));
        return new S3BlockStoreType().open(new BlockService("faulty", S3BlockStoreType.NAME, args));
    }

    private void reopen(String... more) {
        store.close();
        store = open("http://127.0.0.1:" + server.getAddress().getPort(), more);
    }

    private static BlockStoreException failure(Kind kind, ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown)
                .isInstanceOf(BlockStoreException.class)
                .hasMessageNotContaining(S3Server.SECRET_ACCESS_KEY)
                .hasMessageNotContaining("\n");
        BlockStoreException failure = (BlockStoreException) thrown;
        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
        return failure;
    }

    private byte[] read(String path, long offset, long length) throws IOException {
        try (InputStream in = store.open(path, offset, length)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "503, SlowDown, TRANSIENT, answer 503 SlowDown: said so",
        "500, InternalError, TRANSIENT, answer 500 InternalError: said so",
        "429, TooManyRequests, TRANSIENT, answer 429",
        "400, RequestTimeout, TRANSIENT, answer 400 RequestTimeout",
        "404, NoSuchKey, NOT_FOUND, no such file",
        "404, NoSuchBucket, PERMANENT, 'no such bucket ''sets'' at http://127.0.0.1:'",
        "403, AccessDenied, PERMANENT, 'access denied: let the credentials from credentials_file='",
        "403, InvalidAccessKeyId, PERMANENT, 'does not accept the credentials for bucket ''sets'': correct credentials_file='",
        "403, SignatureDoesNotMatch, PERMANENT, does not accept the credentials",
        "400, ExpiredToken, PERMANENT, does not accept the credentials",
        "403, RequestTimeTooSkewed, PERMANENT, set the clock of this machine",
        "400, InvalidRequest, PERMANENT, the request is refused (answer 400 InvalidRequest: said so)",
        "501, NotImplemented, PERMANENT, the request is refused",
        "301, PermanentRedirect, PERMANENT, 'bucket ''sets'' is elsewhere: correct region= or endpoint='"
    })
    void anAnswerSaysWhetherAskingAgainCanHelp(int status, String code, Kind kind, String words) {
        answer = exchange -> respond(exchange, status, error(code));
        assertThat(failure(kind, () -> read("dir/file", 0, 10)))
                .hasMessageStartingWith("dir/file: ")
                .hasMessageContaining(words);
    }

    /** The answer to a HEAD has no words. */
    @ParameterizedTest
    @CsvSource({"503, TRANSIENT", "403, PERMANENT", "400, PERMANENT", "500, TRANSIENT"})
    void anAnswerWithoutWordsIsUnderstood(int status, Kind kind) {
        answer = exchange -> respond(exchange, status, "");
        assertThat(failure(kind, () -> store.size("dir/file"))).hasMessageContaining("answer " + status);
    }

    @Test
    void theRegionOfTheBucketIsToldIfItIsAnother() {
        answer = exchange -> {
            exchange.getResponseHeaders().add("x-amz-bucket-region", "us-west-2");
            respond(exchange, 301, "");
        };
        assertThat(failure(Kind.PERMANENT, () -> store.size("dir/file")))
                .hasMessageContaining("bucket 'sets' is in region us-west-2: set region=us-west-2");
    }

    @Test
    void aMissingFileAndAMissingBucketAreToldApart() throws Exception {
        answer = exchange -> respond(exchange, 404, "");
        assertThat(failure(Kind.PERMANENT, () -> store.size("dir/file"))).hasMessageContaining("no such bucket 'sets'");

        answer =
                exchange -> respond(exchange, exchange.getRequestURI().getPath().length() > 6 ? 404 : 200, "");
        assertThat(failure(Kind.NOT_FOUND, () -> store.size("dir/file"))).hasMessage("dir/file: no such file");
        requests.clear();
        failure(Kind.NOT_FOUND, () -> store.size("dir/file"));
        assertThat(requests).as("the bucket is known now").containsExactly("HEAD /sets/dir/file");
    }

    @Test
    void aBusyServerIsAskedThreeTimes() {
        answer = exchange -> respond(exchange, 500, error("InternalError"));
        failure(Kind.TRANSIENT, () -> read("file", 0, 10));
        assertThat(requests).hasSize(3);
    }

    @Test
    void aServerThatDoesNotAnswerInTimeMayLater() {
        reopen("timeout_ms=200");
        answer = exchange -> testEnds.await();
        assertThat(failure(Kind.TRANSIENT, () -> read("file", 0, 10))).hasMessageContaining("no answer in 200 ms");
        assertThat(failure(Kind.TRANSIENT, () -> store.size("file"))).hasMessageContaining("no answer in 200 ms");
    }

    @Test
    void anAnswerThatStopsInTheMiddleEndsInTime() throws Exception {
        reopen("timeout_ms=1000");
        answer = exchange -> {
            half(exchange);
            testEnds.await();
        };
        try (InputStream in = store.open("file", 0, 1000)) {
            assertThat(in.readNBytes(500)).hasSize(500);
            assertThat(failure(Kind.TRANSIENT, in::read)).hasMessageContaining("no answer in 1000 ms");
        }
    }

    @Test
    void aConnectionThatEndsWithoutAnAnswerMayBeBetterNextTime() {
        answer = HttpExchange::close;
        assertThat(failure(Kind.TRANSIENT, () -> read("file", 0, 10))).hasMessageStartingWith("file: s3://sets at ");
    }

    @Test
    void aShortAnswerIsNotTheEndOfTheFile() throws Exception {
        answer = S3BlockStoreFaultTest::half;
        try (InputStream in = store.open("file", 0, 1000)) {
            assertThat(in.readNBytes(500)).hasSize(500);
            failure(Kind.TRANSIENT, in::read);
        }
    }

    @Test
    void aClosedStreamEndsAReadThatWaits() throws Exception {
        answer = exchange -> {
            half(exchange);
            testEnds.await();
        };
        InputStream in = store.open("file", 0, 1000);
        assertThat(in.readNBytes(500)).hasSize(500);
        CountDownLatch reads = new CountDownLatch(1);
        CompletableFuture<Throwable> ended = CompletableFuture.supplyAsync(
                () -> {
                    reads.countDown();
                    return catchThrowable(in::read);
                },
                threads);
        reads.await();
        in.close();
        assertThat(ended.get(5, TimeUnit.SECONDS)).isInstanceOfSatisfying(BlockStoreException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.TRANSIENT);
            assertThat(e).hasMessage("file: the stream is closed");
        });
        in.close();
    }

    /** Somebody who closes early does not wait for the rest, and does not lose the connection's place. */
    @Test
    void streamsClosedEarlyDoNotUseUpTheConnections() throws Exception {
        reopen("connections_max=1", "timeout_ms=800");
        answer = exchange -> {
            half(exchange);
            testEnds.await();
        };
        for (int i = 0; i < 5; i++) {
            try (InputStream in = store.open("file", 0, 1000)) {
                assertThat(in.read()).isEqualTo('x');
            }
        }
        try (InputStream in = store.open("file", 0, 1000)) {
            assertThat(in.read()).isEqualTo('x');
            assertThat(failure(Kind.TRANSIENT, () -> store.open("file", 0, 1000)))
                    .hasMessageContaining("no free connection of 1 in 400 ms");
        }
    }

    @Test
    void streamsReadToTheirEndShareAConnection() throws Exception {
        Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
        answer = exchange -> {
            clientPorts.add(exchange.getRemoteAddress().getPort());
            respond(exchange, 200, "0123456789");
        };
        for (int i = 0; i < 5; i++) {
            assertThat(read("file", 0, 10)).hasSize(10);
        }
        assertThat(clientPorts).hasSize(1);
    }

    /** The time-out is for each answer, and not for all that comes with it. */
    @Test
    void whoReadsSlowlyIsNotCutOff() throws Exception {
        reopen("timeout_ms=1000");
        CountDownLatch goesOn = new CountDownLatch(1);
        answer = exchange -> {
            half(exchange);
            goesOn.await();
            exchange.getResponseBody().write("y".repeat(500).getBytes(UTF_8));
        };
        try (InputStream in = store.open("file", 0, 1000)) {
            assertThat(in.readNBytes(500)).hasSize(500);
            long start = System.nanoTime();
            await().pollDelay(Duration.ofMillis(1300)).until(() -> System.nanoTime() - start > 1_200_000_000);
            goesOn.countDown();
            assertThat(in.readAllBytes()).hasSize(500);
        }
    }

    /** The status comes before the server knows how the commit of many parts ends. */
    @Test
    void aCommitThatFailsWithTheStatusOfSuccessHasFailed() throws Exception {
        reopen("part_bytes=5242880");
        answer = exchange -> {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            switch (exchange.getRequestMethod()) {
                case "PUT" -> {
                    exchange.getResponseHeaders().add("ETag", "\"tag\"");
                    respond(exchange, 200, "");
                }
                case "DELETE" -> respond(exchange, 204, "");
                default ->
                    respond(
                            exchange,
                            200,
                            query.startsWith("uploads")
                                    ? "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>"
                                    : error("InternalError"));
            }
        };
        Path local = Files.write(directory.resolve("local"), new byte[6 * 1024 * 1024]);
        failure(Kind.TRANSIENT, () -> store.take(local, "file"));
        assertThat(local).exists();
        assertThat(requests).last().asString().startsWith("DELETE /sets/file?uploadId=id");
    }

    @Test
    void aServerWithoutRangesIsFoundOut() throws Exception {
        answer = exchange -> respond(exchange, 200, "0123456789");
        assertThat(read("file", 0, 4)).asString(UTF_8).isEqualTo("0123");
        assertThat(failure(Kind.PERMANENT, () -> read("file", 3, 4)))
                .hasMessageContaining("was asked for bytes from 3 and gave the whole file");
    }

    /** The server's HTTP library leaves the length out if it is told that there is no body. */
    @Test
    void aServerThatDoesNotSayHowLongAFileIsIsFoundOut() {
        answer = exchange -> exchange.sendResponseHeaders(200, -1);
        assertThat(failure(Kind.PERMANENT, () -> store.size("file")))
                .hasMessageContaining("does not say how long the file is");
    }

    @Test
    void anAnswerThatIsNoListIsNoEmptyDirectory() {
        answer = exchange -> respond(exchange, 200, "<html>welcome to the hotel");
        failure(Kind.TRANSIENT, () -> store.list("dir"));
    }

    @Test
    void aWriteThatFailedIsNotCommittedLater() throws Exception {
        answer = exchange -> respond(exchange, 403, error("AccessDenied"));
        BlockWriter writer = store.create("file");
        writer.write(1);
        failure(Kind.PERMANENT, writer::commit);
        writer.close();
        failure(Kind.PERMANENT, writer::commit);
        Path local = Files.writeString(directory.resolve("local"), "x");
        failure(Kind.PERMANENT, () -> store.take(local, "file"));
        assertThat(local).exists();
    }

    @Test
    void nobodyAtThatAddressMayComeBack() {
        server.stop(0);
        failure(Kind.TRANSIENT, () -> store.size("file"));
    }

    @Test
    void anUnknownHostIsAMistake() {
        try (BlockStore lost = open("http://s3.invalid")) {
            assertThat(failure(Kind.PERMANENT, () -> lost.size("file")))
                    .hasMessageContaining("unknown host")
                    .hasMessageContaining("correct endpoint=");
        }
    }

    @Test
    void withoutCredentialsItIsSaidWhereTheyGo() throws Exception {
        Files.writeString(credentials, "[other]\naws_access_key_id = x\n");
        reopen();
        assertThat(failure(Kind.PERMANENT, () -> store.size("file")))
                .hasMessage("file: no credentials for bucket 'sets': put aws_access_key_id and aws_secret_access_key"
                        + " under [default] into " + credentials);
        try (BlockStore anywhere = new S3BlockStoreType()
                .open(new BlockService(
                        "s3",
                        S3BlockStoreType.NAME,
                        List.of("bucket=sets", "endpoint=http://127.0.0.1:1", "region=r")))) {
            assertThat(failure(Kind.PERMANENT, () -> anywhere.list("dir")))
                    .hasMessage("dir: no credentials for bucket 'sets': set credentials_file=<file>, or"
                            + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or write"
                            + " ~/.aws/credentials");
        }
        assertThat(requests).isEmpty();
    }

    /** Opening asks nobody. */
    @Test
    void aClosedStoreSaysSo() throws Exception {
        assertThat(requests).isEmpty();
        answer = exchange -> respond(exchange, 200, "0123456789");
        read("file", 0, 10);
        store.close();
        assertThat(failure(Kind.PERMANENT, () -> store.size("file"))).hasMessageContaining("the store is closed");
    }

    @Test
    void aStoreThatIsClosedEndsItsReads() throws Exception {
        answer = exchange -> {
            half(exchange);
            testEnds.await();
        };
        InputStream in = store.open("file", 0, 1000);
        CompletableFuture<Throwable> ended =
                CompletableFuture.supplyAsync(() -> catchThrowable(in::readAllBytes), threads);
        store.close();
        await().atMost(Duration.ofSeconds(5)).until(ended::isDone);
        assertThat(ended.get()).isInstanceOf(BlockStoreException.class);
        in.close();
    }

    private static String error(String code) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                + "</Code><Message>said so</Message><RequestId>4711</RequestId></Error>";
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        boolean head = exchange.getRequestMethod().equals("HEAD");
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    /** The first 500 of 1000 bytes. */
    private static void half(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Content-Range", "bytes 0-999/1000");
        exchange.sendResponseHeaders(206, 1000);
        exchange.getResponseBody().write("x".repeat(500).getBytes(UTF_8));
        exchange.getResponseBody().flush();
    }

    /** How the server treats a request. */
    private interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }
}
