package dev.sluice.dist.onebox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.bulkload.work.LoadThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadPrioritiesTest {
    @Test
    void loadsGiveWayToWhoeverServesClients() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ThreadPriorities.JVM_OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> nice = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .filter(line -> line.startsWith("nice "))
                .toList();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(List.of("nice 0", "nice 10"), nice);
    }

    @Test
    void theLauncherHasTheSameOptions() throws IOException {
        assertTrue(Files.readString(Path.of("../bin/sluice")).contains(String.join(" ", ThreadPriorities.JVM_OPTIONS)));
    }

    /** Prints the nice values of its main thread and of one of loads. */
    static final class Child {
        /** In what follows the name in parentheses. */
        private static final int NICE_FIELD = 16;

        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            printNice();
            Thread thread = new LoadThreads("load-").newThread(Child::printNice);
            thread.start();
            thread.join();
        }

        private static void printNice() {
            try {
                String stat = Files.readString(Path.of("/proc/thread-self/stat"));
                System.out.println(
                        "nice " + stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE_FIELD]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
