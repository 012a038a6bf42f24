package dev.sluice.meta.journal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisJournalTest extends JournalContract {
    @TempDir
    private Path directory;

    @Override
    Journal open() {
        return new RatisJournal(
                new RatisOptions(directory.resolve("m0"), 0, List.of(member(34601, 0)), "127.0.0.1", 50, 500));
    }

    @Override
    void untilLeading(Heard heard, Journal journal) {
        await().atMost(20, SECONDS).until(() -> heard.log.contains("leading"));
    }

    @Override
    <T> T settle(CompletableFuture<T> future) {
        return future.orTimeout(20, SECONDS).join();
    }

    @Test
    void aLeaderOfAGroupOfOneHoldsItsLeaseAndKnowsItself() {
        try (Journal journal = open()) {
            startLeading(journal);
            await().atMost(10, SECONDS).until(journal::isLeaderLeaseValid);
            assertThat(journal.findLeader()).contains(new HostPort("127.0.0.1", 34601));
        }
    }

    @Test
    void closingLeavesNoThreadBehind() {
        try (Journal journal = open()) {
            startLeading(journal);
        }
        await().atMost(10, SECONDS)
                .untilAsserted(() -> assertThat(raftThreads()).isEmpty());
    }

    @Test
    void aGroupOfThreeGoesOnWithoutItsLeaderAndLosesNothing() throws IOException {
        List<RatisOptions.Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            members.add(member(34601 + i, freePort()));
        }
        List<Journal> journals = new ArrayList<>();
        List<Heard> heard = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            journals.add(
                    new RatisJournal(new RatisOptions(directory.resolve("g" + i), i, members, "127.0.0.1", 100, 400)));
            heard.add(new Heard());
            journals.get(i).start(heard.get(i));
        }
        try {
            int first = leader(heard, -1);
            assertThat(settle(journals.get(first).propose(bytes("one")))).isInstanceOf(ProposeOutcome.Committed.class);
            int follower = (first + 1) % 3;
            assertThat(settle(journals.get(follower).propose(bytes("refused"))))
                    .isInstanceOf(ProposeOutcome.Refused.class);
            await().atMost(10, SECONDS)
                    .until(() -> journals.get(follower)
                            .findLeader()
                            .equals(Optional.of(members.get(first).clients())));

            journals.get(first).close();
            int second = leader(heard, first);
            assertThat(settle(journals.get(second).propose(bytes("two")))).isInstanceOf(ProposeOutcome.Committed.class);
            assertThat(heard.get(second).entries).containsExactly("one", "two");
        } finally {
            journals.forEach(Journal::close);
        }
    }

    private static int leader(List<Heard> heard, int except) {
        await().atMost(20, SECONDS).until(() -> find(heard, except) >= 0);
        return find(heard, except);
    }

    private static int find(List<Heard> heard, int except) {
        for (int i = 0; i < heard.size(); i++) {
            List<String> log = List.copyOf(heard.get(i).log);
            if (i != except && log.lastIndexOf("leading") > log.lastIndexOf("lost")) {
                return i;
            }
        }
        return -1;
    }

    private static RatisOptions.Member member(int port, int raftPort) {
        return new RatisOptions.Member(new HostPort("127.0.0.1", port), raftPort);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Set<String> raftThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("m0") || name.startsWith("sluice-meta-lease"))
                .collect(Collectors.toSet());
    }
}
