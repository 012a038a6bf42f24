package dev.sluice.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Faces;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.NoAuthentication;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.RpcMeter;
import dev.sluice.wire.admin.NegotiationRequest;
import dev.sluice.wire.admin.NegotiationStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP beside RPC on one port, asked by the client of the JDK and by sockets that send what they should not. */
@Timeout(60)
class HttpServiceTest {
    private static final HttpLimits SMALL = new HttpLimits(200, 400, 1000, 3, 30_000, 60_000);
    private static final HttpLimits IMPATIENT = new HttpLimits(200, 400, 1000, 3, 300, 60_000);

    private final RpcIo io = RpcIo.start("http-test", 1);
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AutoCloseable> open = new ArrayList<>();
    private HostPort server;

    @BeforeEach
    void start() {
        server = start(executor, SMALL);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        executor.shutdownNow();
        io.close();
    }

    private HostPort start(Executor threads, HttpLimits limits) {
        HttpRoutes routes = new HttpRoutes()
                .get("/hello", "greets", query -> HttpAnswer.text("hello " + query.parameters()))
                .get("/need", "needs a name", query -> HttpAnswer.text(query.require("name")))
                .get("/break", "breaks", query -> {
                    throw new IllegalStateException("broken");
                })
                .get("/away", "is elsewhere", query -> HttpAnswer.redirect("http://127.0.0.1:1" + query.target()))
                .postLater(
                        "/echo",
                        "says it again",
                        query -> CompletableFuture.supplyAsync(() -> HttpAnswer.json(List.of(query.body()))));
        NettyRpcServer started = NettyRpcServer.start(
                io,
                "127.0.0.1",
                0,
                handlers(),
                null,
                RpcLimits.DEFAULT,
                new Faces(new HttpService(routes, threads, limits), code -> RpcMeter.NONE));
        open.add(started);
        return started.address();
    }

    private static RpcHandlers handlers() {
        RpcHandlers handlers = new RpcHandlers();
        NoAuthentication.register(handlers);
        return handlers;
    }

    @Test
    void httpAndRpcAreServedOnOnePort() throws Exception {
        try (NettyRpcClient rpc = new NettyRpcClient(io, null, RpcLimits.DEFAULT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(get("/hello").body()).isEqualTo("hello {}");
                assertThat(rpc.call(
                                        server,
                                        AdminRpcs.NEGOTIATION,
                                        RequestHeader.toServer(5000),
                                        new NegotiationRequest())
                                .get(5, TimeUnit.SECONDS)
                                .getStatus())
                        .isEqualTo(NegotiationStatus.SASL_AUTH_DISABLE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/hello                  | 200 | hello {}",
                "//hello/                | 200 | hello {}",
                "/hello?a=1&flag&&b=%20x | 200 | hello {a=1, flag=, b= x}",
                "/hello?a=1=2            | 200 | hello {a=1=2}",
                "/hello?a=1&a=2          | 400 | failed to parse request: the parameter 'a' stands there twice",
                "/need                   | 400 | name should not be empty",
                "/need?name=             | 400 | name should not be empty",
                "/need?name=x            | 200 | x",
                "/break                  | 500 | the server failed: java.lang.IllegalStateException: broken",
                "/echo                   | 400 | /echo is asked by POST only",
                "/nothing                | 404 | service not found for \"/nothing\"",
                "/hello/there            | 404 | service not found for \"/hello/there\"",
                "/../../etc/passwd       | 404 | service not found for \"/../../etc/passwd\"",
                "/%2e%2e/%2e%2e/etc/pass | 404 | service not found for \"/../../etc/pass\"",
                "/hello/../break         | 404 | service not found for \"/hello/../break\"",
                "/away?x=1               | 307 | ''",
            })
    void aRequestGetsItsAnswer(String target, int status, String body) throws Exception {
        try (HttpSocket socket = new HttpSocket(server)) {
            String answer = socket.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .receive();
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n" + body);
            assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("content-type: text/plain");
        }
    }

    @Test
    void aRedirectNamesTheOtherServerWithPathAndParameters() throws Exception {
        HttpResponse<String> answer = get("/away?x=1&y");
        assertThat(answer.statusCode()).isEqualTo(307);
        assertThat(answer.headers().firstValue("Location")).contains("http://127.0.0.1:1/away?x=1&y");
    }

    @Test
    void theRootListsWhatThereIs() throws Exception {
        assertThat(get("/").body()).contains("\"/hello\":\"greets\"", "\"/echo\":\"POST: says it again\"");
    }

    @Test
    void aBodyIsTakenWholeOrInChunks() throws Exception {
        HttpRequest whole = HttpRequest.newBuilder(uri("/echo"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"ü\":1}"))
                .build();
        assertThat(http.send(whole, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("[\"{\\\"ü\\\":1}\"]\n");
        HttpRequest chunked = HttpRequest.newBuilder(uri("/echo"))
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream("chunked".getBytes(StandardCharsets.UTF_8))))
                .build();
        assertThat(http.send(chunked, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("[\"chunked\"]\n");
    }

    @Test
    void aConnectionServesOneRequestAfterAnotherAlsoWhenTheyComeAtOnce() throws Exception {
        try (HttpSocket socket = new HttpSocket(server)) {
            assertThat(socket.send(request("/hello?n=1")).receive()).endsWith("hello {n=1}");
            assertThat(socket.send(request("/hello?n=2")).receive()).endsWith("hello {n=2}");
            socket.send(request("/hello?n=3") + request("/break") + request("/hello?n=4"));
            assertThat(socket.receive()).endsWith("hello {n=3}");
            assertThat(socket.receive()).contains(" 500 ");
            assertThat(socket.receive()).endsWith("hello {n=4}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GE|T /hello| HTTP/1.1\r|\n\r\n",
                "POST /echo HTTP/1.1\r\nContent-Length: 4\r\n|\r\n|bo|dy",
                "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n|2\r\nbo\r\n|2\r|\ndy\r\n|0\r\n|\r\n",
            })
    void aRequestMayArriveInPieces(String pieces) throws Exception {
        try (HttpSocket socket = new HttpSocket(server)) {
            for (int round = 0; round < 2; round++) {
                for (String piece : pieces.split("\\|", -1)) {
                    socket.send(piece);
                    // A round trip on another connection: the piece was read alone.
                    assertThat(get("/hello").statusCode()).isEqualTo(200);
                }
                assertThat(socket.receive()).containsAnyOf("hello {}", "[\"body\"]");
            }
        }
    }

    @Test
    void aConnectionIsClosedWhenTheClientAsksForIt() throws Exception {
        try (HttpSocket socket = new HttpSocket(server)) {
            assertThat(socket.send("GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n")
                            .receiveAll())
                    .endsWith("hello {}");
        }
        try (HttpSocket socket = new HttpSocket(server)) {
            assertThat(socket.send("GET /hello HTTP/1.0\r\n\r\n").receiveAll()).endsWith("hello {}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET \r\n\r\n",
                "GET /hello\r\n\r\n",
                "GET /hello HTTP/9.9.9\r\n\r\n",
                "GET /hello HTTP/1.1\r\nno colon here\r\n\r\n",
                "GET hello HTTP/1.1\r\n\r\n",
                "GET http://elsewhere/hello HTTP/1.1\r\n\r\n",
                "GET /%zz HTTP/1.1\r\n\r\n",
                "GET /hello?a=%e HTTP/1.1\r\n\r\n",
                "POST /echo HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET \0\0\0\0\377\376 HTTP/1.1\r\n\r\n",
                "POST\0\1\2\3\4\5\6\7 \r\n\r\n",
            })
    void garbageIsRefusedAndOthersGoOn(String garbage) throws Exception {
        try (HttpSocket decent = new HttpSocket(server);
                HttpSocket socket = new HttpSocket(server)) {
            assertThat(decent.send(request("/hello")).receive()).endsWith("hello {}");
            String answer = socket.send(garbage).receive();
            assertThat(answer)
                    .satisfiesAnyOf(
                            refused -> assertThat(refused).contains(" 400 "),
                            closed -> assertThat(closed).isEmpty());
            assertThat(decent.send(request("/hello")).receive()).endsWith("hello {}");
        }
    }

    @Test
    void anotherMethodOnALivingConnectionIsRefused() throws Exception {
        try (HttpSocket socket = new HttpSocket(server)) {
            socket.send(request("/hello")).receive();
            assertThat(socket.send("PUT /hello HTTP/1.1\r\n\r\n").receiveAll()).contains(" 400 ");
        }
    }

    @Test
    void whatIsTooLongIsRefused() throws Exception {
        try (HttpSocket line = new HttpSocket(server)) {
            assertThat(line.send("GET /" + "x".repeat(300) + " HTTP/1.1\r\n\r\n")
                            .receiveAll())
                    .contains(" 400 ");
        }
        try (HttpSocket header = new HttpSocket(server)) {
            assertThat(header.send("GET /hello HTTP/1.1\r\nA: " + "x".repeat(500) + "\r\n\r\n")
                            .receiveAll())
                    .contains(" 400 ");
        }
        try (HttpSocket headers = new HttpSocket(server)) {
            assertThat(headers.send("GET /hello HTTP/1.1\r\n" + "A: b\r\n".repeat(200) + "\r\n")
                            .receiveAll())
                    .contains(" 400 ");
        }
        try (HttpSocket body = new HttpSocket(server)) {
            assertThat(body.send("POST /echo HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(2000))
                            .receive())
                    .contains(" 413 ");
        }
        assertThat(get("/hello").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /hel",
                "GET /hello HTTP/1.1\r\nA: b\r\n",
                "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"
            })
    void aRequestThatDoesNotArriveCostsItsConnection(String beginning) throws Exception {
        try (HttpSocket socket = new HttpSocket(start(executor, IMPATIENT))) {
            assertThat(socket.send(beginning).receiveAll()).isEmpty();
        }
    }

    @Test
    void aSilentConnectionIsClosedAfterItsTime() throws Exception {
        HttpLimits noPatience = new HttpLimits(200, 400, 1000, 3, 30_000, 200);
        try (HttpSocket socket = new HttpSocket(start(executor, noPatience))) {
            assertThat(socket.send(request("/hello")).receiveAll()).endsWith("hello {}");
        }
    }

    @Test
    void anAnswerThatIsNotMadeCostsItsConnection() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        executor.execute(() -> awaitQuietly(release));
        try (HttpSocket socket = new HttpSocket(start(executor, IMPATIENT))) {
            assertThat(socket.send(request("/hello")).receiveAll()).isEmpty();
        } finally {
            release.countDown();
        }
        assertThat(get("/hello").statusCode()).isEqualTo(200);
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws Exception {
        List<HttpSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < SMALL.connectionsMax(); i++) {
                HttpSocket socket = new HttpSocket(server);
                sockets.add(socket);
                assertThat(socket.send(request("/hello")).receive()).contains(" 200 ");
            }
            try (HttpSocket oneMore = new HttpSocket(server)) {
                assertThat(oneMore.send(request("/hello")).receiveAll()).contains(" 503 ", "too many connections");
            }
        } finally {
            for (HttpSocket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aServerWithTooMuchToDoSaysSo() throws Exception {
        HostPort busy = start(
                task -> {
                    throw new RejectedExecutionException();
                },
                SMALL);
        try (HttpSocket socket = new HttpSocket(busy)) {
            assertThat(socket.send(request("/hello")).receive()).contains(" 503 ", "too many requests wait");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String request(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    private HttpResponse<String> get(String target) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(target)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String target) {
        return URI.create("http://" + server + target);
    }
}
