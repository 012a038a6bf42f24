package dev.sluice.integration.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the calls of {@code admin-conformance.txt} over the socket, in order, and compares every answer. */
@Timeout(180)
class AdminConformanceTest {
    private static final String ARROW = "->";

    @TempDir
    private Path directory;

    @Test
    void everyCallIsAnsweredAsTheTableSays() throws Exception {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, 1);
        try (Onebox onebox = Onebox.start(layout);
                RpcIo io = RpcIo.start("admin-conformance", 1);
                NettyRpcClient rpc = new NettyRpcClient(io, null, RpcLimits.DEFAULT)) {
            AdminCalls calls = new AdminCalls(rpc, onebox.layout().metaServers().get(0));
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> calls.run(List.of("nodes", "alive")).equals("ERR_OK 1"));
            List<String> expected = new ArrayList<>();
            List<String> found = new ArrayList<>();
            for (String line : table()) {
                String call = line.substring(0, line.indexOf(ARROW)).strip();
                expected.add(
                        call + " -> " + line.substring(line.indexOf(ARROW) + 2).strip());
                found.add(call + " -> " + calls.run(words(call)));
            }
            assertThat(String.join("\n", found)).isEqualTo(String.join("\n", expected));
        }
    }

    private static List<String> words(String call) {
        return Arrays.stream(call.split(" +", -1))
                .map(word -> word.equals("''") ? "" : word)
                .toList();
    }

    private static List<String> table() throws Exception {
        try (InputStream file =
                Objects.requireNonNull(AdminConformanceTest.class.getResourceAsStream("admin-conformance.txt"))) {
            return new String(file.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        }
    }
}
