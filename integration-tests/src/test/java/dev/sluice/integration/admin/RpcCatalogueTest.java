package dev.sluice.integration.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AbsentRpcs;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.integration.admin.RawRpc.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every task code of the client protocol gets an answer, and which one is written in {@code rpc-catalogue.txt}. */
class RpcCatalogueTest {
    private static final Gpid NO_SUCH_PARTITION = new Gpid(77, 0);

    @TempDir
    private static Path directory;

    private static Onebox onebox;

    /** One row of the table. */
    record Row(String server, String code, String header, String first) {
        @Override
        public String toString() {
            return server + " " + code + " -> " + header + " " + first;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        onebox = Onebox.start(OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, 1));
        HostPort meta = onebox.layout().metaServers().get(0);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> RawRpc.call(meta, "RPC_CM_LIST_NODES", new Gpid(0, 0))
                        .filter(answer -> answer.first().equals("ERR_OK"))
                        .isPresent());
    }

    @AfterAll
    static void stop() {
        onebox.close();
    }

    static List<Row> rows() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(RpcCatalogueTest.class.getResourceAsStream("rpc-catalogue.txt"))) {
            return new String(file.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> line.split("\\s+", 4))
                    .map(words -> new Row(words[0], words[1], words[2], words[3].strip()))
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void everyTaskCodeIsAnsweredAsTheCatalogueSays(Row row) throws IOException {
        HostPort server = row.server().equals("meta")
                ? onebox.layout().metaServers().get(0)
                : onebox.layout().replicaServers().get(0);
        Gpid gpid = row.code().startsWith(DataRpcs.PREFIX) ? NO_SUCH_PARTITION : new Gpid(0, 0);
        Optional<Answer> answer = RawRpc.call(server, row.code(), gpid);
        if (row.header().equals("silence")) {
            assertThat(answer).isEmpty();
            return;
        }
        String first = row.first().equals("-") ? "" : row.first();
        assertThat(answer).contains(new Answer(row.code() + "_ACK", row.header(), first));
    }

    @Test
    void theCatalogueHasEveryCodeThatTheServersKnow() throws IOException {
        Set<String> missing = Stream.of(AdminRpcs.class, AbsentRpcs.class, DataRpcs.class)
                .flatMap(holder -> Stream.of(holder.getFields()))
                .flatMap(RpcCatalogueTest::codes)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(missing).hasSizeGreaterThan(50);
        rows().forEach(row -> missing.remove(row.code()));
        assertThat(missing).isEmpty();
    }

    private static Stream<String> codes(Field constant) {
        try {
            Object value = constant.get(null);
            Stream<?> rpcs = value instanceof List<?> list ? list.stream() : Stream.of(value);
            return rpcs.filter(Rpc.class::isInstance).map(each -> ((Rpc<?, ?>) each).taskCode());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
