package dev.sluice.dist.onebox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneboxProcessesTest {
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    @TempDir
    private Path directory;

    @Test
    void theServersWatchBuffersForLeaksAsTheirParentDoes() throws Exception {
        String before = System.getProperty(LEAK_DETECTION);
        try {
            System.setProperty(LEAK_DETECTION, "paranoid");
            assertThat(argumentsOfAServer("told")).contains("-D" + LEAK_DETECTION + "=paranoid");
            System.clearProperty(LEAK_DETECTION);
            assertThat(argumentsOfAServer("not-told"))
                    .contains("-Xmx512m")
                    .noneMatch(argument -> argument.contains(LEAK_DETECTION));
        } finally {
            if (before != null) {
                System.setProperty(LEAK_DETECTION, before);
            }
        }
    }

    private List<String> argumentsOfAServer(String name) throws Exception {
        try (OneboxProcesses processes =
                OneboxProcesses.start(OneboxLayout.onFreePorts(directory.resolve(name), 1, 1))) {
            Path commandLine = Path.of("/proc/" + processes.replicaServerPid(0) + "/cmdline");
            return List.of(Files.readString(commandLine).split("\0", -1));
        }
    }
}
