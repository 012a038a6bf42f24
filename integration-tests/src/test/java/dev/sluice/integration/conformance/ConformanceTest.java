package dev.sluice.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.integration.conformance.TableOfCases.Case;
import dev.sluice.integration.conformance.TableOfCases.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every line of the tables, in both header versions, against three replica servers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    private static final int REPLICA_SERVERS = 3;

    @TempDir
    static Path directory;

    private Onebox onebox;
    private SluiceClient client;
    private final Map<String, AppPlace> apps = new HashMap<>();
    private final Map<HostPort, RawConnection> connections = new HashMap<>();

    @BeforeAll
    void startCluster() throws IOException {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICA_SERVERS);
        onebox = Onebox.start(layout);
        client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS);
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            try {
                return client.admin().listNodes().size() == REPLICA_SERVERS;
            } catch (ClientException e) {
                return false;
            }
        });
        create("one", 1, Map.of());
        create("eight", 8, Map.of());
        create("envs", 1, Map.of());
        create("version0", 1, Map.of("value_version", "0"));
        create("version2", 1, Map.of("value_version", "2"));
        for (HostPort server : layout.replicaServers()) {
            connections.put(server, new RawConnection(server));
        }
        for (AppPlace place : apps.values()) {
            // Healthy is what the meta server says; each primary says it too once it can be wiped.
            await().atMost(30, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(() -> new Desk(1, place, connections).wipe());
        }
    }

    private void create(String app, int partitions, Map<String, String> envs) {
        client.admin().createApp(app, partitions, REPLICA_SERVERS, envs, true);
        client.admin().awaitHealthy(app, 60_000);
        apps.put(app, AppPlace.of(client, app));
    }

    private AppPlace place(String app) {
        return Objects.requireNonNull(apps.get(app), app);
    }

    @AfterAll
    void stopCluster() throws IOException {
        for (RawConnection connection : connections.values()) {
            connection.close();
        }
        client.close();
        onebox.close();
    }

    @TestFactory
    List<DynamicContainer> everyLineOfTheTables() throws IOException {
        return List.of(
                table("writes-and-reads.txt", "one"),
                table("incr.txt", "one"),
                table("check-and.txt", "one"),
                table("multi-get.txt", "one"),
                table("scans.txt", "one"),
                table("routing.txt", "eight"),
                table("value-versions.txt", "version0"),
                table("value-versions.txt", "version2"),
                table("envs.txt", "envs"));
    }

    @Test
    void theWorkedExamplesOfTheDocumentAreAnsweredByteForByte() throws Exception {
        GoldenExchange.run(place("eight"));
    }

    private DynamicContainer table(String file, String app) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Case each : TableOfCases.load(file).cases()) {
            for (int version = 0; version <= 1; version++) {
                int header = version;
                tests.add(DynamicTest.dynamicTest(
                        each.title() + " (header v" + version + ")", () -> run(file, each, app, header)));
            }
        }
        return DynamicContainer.dynamicContainer(file + " on " + app, tests);
    }

    private void run(String file, Case each, String app, int header) throws Exception {
        Desk desk = new Desk(header, place(app), connections);
        desk.wipe();
        try {
            for (Line line : each.lines()) {
                if (line.request().get(0).equals("env")) {
                    setEnv(app, line);
                } else if (line.eventually()) {
                    await().atMost(Duration.ofSeconds(20))
                            .pollInterval(Duration.ofMillis(20))
                            .untilAsserted(() -> check(file, each, line, desk));
                } else {
                    check(file, each, line, desk);
                }
            }
        } finally {
            clearEnvs(app, desk);
            desk.wipe();
        }
    }

    private void setEnv(String app, Line line) {
        Map<String, String> envs = new HashMap<>();
        for (String word : line.request().subList(1, line.request().size())) {
            int equals = word.indexOf('=');
            envs.put(word.substring(0, equals), word.substring(equals + 1));
        }
        client.admin().setAppEnvs(app, envs);
    }

    private void clearEnvs(String app, Desk desk) {
        if (!app.equals("envs") || client.admin().app(app).getEnvs().isEmpty()) {
            return;
        }
        client.admin().clearAppEnvs(app, "");
        // The envs of a case reach the replicas by directive: the next case begins once they are gone.
        Operation probe = new Operation(List.of("put", "probe:s", "v", "@silent"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(desk.perform(probe)).contains("error=0"));
    }

    private static void check(String file, Case each, Line line, Desk desk) throws Exception {
        Operation operation = new Operation(line.request());
        List<String> reply = new ArrayList<>(desk.perform(operation));
        assertThat(operation.ignored())
                .as("%s:%s, %s: words without a meaning", file, line.number(), each.title())
                .isEmpty();
        boolean described = reply.stream().anyMatch(word -> word.startsWith("from="));
        List<String> expected = new ArrayList<>(line.expected());
        if (described) {
            expected.add("from=right");
        }
        List<String> missing = expected.stream()
                .filter(word -> reply.stream().noneMatch(said -> fits(word, said)))
                .toList();
        assertThat(missing)
                .as("%s:%s, %s: %s -> %s", file, line.number(), each.title(), line.request(), reply)
                .isEmpty();
    }

    // The same word, or a number within name=from..to.
    private static boolean fits(String expected, String said) {
        int dots = expected.indexOf("..");
        int equals = expected.indexOf('=');
        if (dots < 0 || equals < 0 || !said.startsWith(expected.substring(0, equals + 1))) {
            return expected.equals(said);
        }
        long number = Long.parseLong(said.substring(equals + 1));
        return number >= Long.parseLong(expected.substring(equals + 1, dots))
                && number <= Long.parseLong(expected.substring(dots + 2));
    }
}
