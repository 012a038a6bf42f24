package dev.sluice.dist.onebox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.common.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    private static final int COUNT = 20;

    @Test
    void aPortIsNotHandedOutTwiceInARow() throws IOException {
        List<HostPort> first = FreePorts.find(COUNT, 1000);
        List<HostPort> second = FreePorts.find(COUNT, 1000);
        assertEquals(
                2 * COUNT,
                Stream.concat(first.stream(), second.stream()).distinct().count());
    }

    @Test
    void aPortThatSomebodyListensOnIsPassedOver() throws IOException {
        int next = FreePorts.find(1).get(0).port() + 1;
        try (ServerSocket other = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
            assertTrue(other.isBound());
            assertFalse(FreePorts.find(COUNT).contains(new HostPort("127.0.0.1", next)));
        }
    }

    @Test
    void twoProcessesGetDifferentPorts() throws Exception {
        List<HostPort> own = FreePorts.find(COUNT);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<HostPort> others = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(HostPort::parse)
                .toList();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(COUNT, others.size());
        assertTrue(Collections.disjoint(own, others), own + " and " + others);
    }

    /** What the other process runs. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) throws IOException {
            FreePorts.find(COUNT).forEach(System.out::println);
        }
    }
}
