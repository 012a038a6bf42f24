package dev.sluice.integration.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a meta server says that does not lead: where the leader is, by RPC and over HTTP. */
@Timeout(180)
class FollowerTest {
    private static final Gpid NO_PARTITION = new Gpid(0, 0);

    @TempDir
    private static Path directory;

    private static Onebox onebox;
    private static HostPort leader;
    private static HostPort follower;

    @BeforeAll
    static void start() throws IOException {
        onebox = Onebox.start(OneboxLayout.onFreePorts(directory.resolve("cluster"), 3, 1));
        List<HostPort> metas = onebox.layout().metaServers();
        leader = await().atMost(60, TimeUnit.SECONDS)
                .until(() -> metas.stream().filter(FollowerTest::leads).findFirst(), Optional::isPresent)
                .orElseThrow();
        follower =
                metas.stream().filter(meta -> !meta.equals(leader)).findFirst().orElseThrow();
        await().atMost(60, TimeUnit.SECONDS)
                .until(() ->
                        get("/meta/cluster").headers().firstValue("Location").isPresent());
    }

    @AfterAll
    static void stop() {
        onebox.close();
    }

    static List<String> metaCodes() throws IOException {
        try (InputStream file = Objects.requireNonNull(FollowerTest.class.getResourceAsStream("rpc-catalogue.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("meta ") && line.contains(" RPC_CM_") && line.contains(" ERR_OK "))
                    .map(line -> line.split("\\s+", 3)[1])
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("metaCodes")
    void aFollowerForwardsEveryCallOfTheMetaServer(String code) throws IOException {
        assertThat(RawRpc.call(follower, code, NO_PARTITION))
                .contains(new RawRpc.Answer(code + "_ACK", "ERR_OK", "ERR_FORWARD_TO_OTHERS"));
    }

    @Test
    void aFollowerRedirectsHttpToTheLeaderAndAnswersForItself() throws Exception {
        HttpResponse<String> answer = get("/meta/app?name=x&detail");
        assertThat(answer.statusCode()).isEqualTo(307);
        assertThat(answer.headers().firstValue("Location")).contains("http://" + leader + "/meta/app?name=x&detail");
        assertThat(get("/version").statusCode()).isEqualTo(200);
        assertThat(get("/metrics").body()).contains("meta_is_leader 0.0");
    }

    private static boolean leads(HostPort meta) {
        try {
            return RawRpc.call(meta, "RPC_CM_CLUSTER_INFO", NO_PARTITION)
                    .filter(answer -> answer.first().equals("ERR_OK"))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpResponse<String> get(String target) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + follower + target))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
