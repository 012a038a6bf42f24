package dev.sluice.integration.process;

import static dev.sluice.integration.process.ProcessCluster.APP;
import static dev.sluice.integration.process.ProcessCluster.PATIENCE;
import static dev.sluice.integration.process.ProcessCluster.REPLICAS;
import static dev.sluice.integration.process.ProcessCluster.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.CellChange;
import dev.sluice.client.Check;
import dev.sluice.client.ClientException;
import dev.sluice.client.Table;
import dev.sluice.dist.demo.ReplicaDigests;
import dev.sluice.dist.onebox.OneboxProcesses;
import dev.sluice.integration.linearizability.History;
import dev.sluice.integration.linearizability.Operation;
import dev.sluice.integration.linearizability.Operation.CheckAndSet;
import dev.sluice.integration.linearizability.Operation.Get;
import dev.sluice.integration.linearizability.Operation.Incr;
import dev.sluice.integration.linearizability.Operation.Put;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes are killed with {@code kill -9} and stopped for longer than their lease, one every few seconds, while clients
 * read and write. {@code -Dsluice.crash.rounds=…} runs more rounds, {@code -Dsluice.seed=…} the same choices again.
 */
final class CrashLoopTest {
    private static final int PARTITIONS = 4;
    private static final int CLIENTS = 3;
    private static final int SHARED_KEYS = 12;
    private static final int COUNTERS = 3;
    private static final int ROUNDS = Integer.getInteger("sluice.crash.rounds", 20);
    private static final long ROUND_MS = 2_500;
    private static final int WRITES_PER_ROUND = 20;
    private static final long LEASE_MS = 1_500;
    private static final long STOPPED_MS = 2 * LEASE_MS;

    @TempDir
    private Path directory;

    private final History history = new History();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private ProcessCluster cluster;
    private volatile boolean stopped;

    @BeforeEach
    void startProcesses() throws Exception {
        // One attempt only: what it timed out on is in doubt, and no second one hides that.
        cluster = ProcessCluster.start(
                directory,
                PARTITIONS,
                Map.of(
                        "meta_server.node_lease_ms", Long.toString(LEASE_MS),
                        "meta_server.node_grace_ms", Long.toString(LEASE_MS + 500),
                        "meta_server.node_beat_interval_ms", "300"),
                ProcessCluster.CLIENT.withTimeoutMs(4_000).withAttemptTimeoutMs(4_000));
    }

    @AfterEach
    void endProcesses() {
        cluster.close();
    }

    @Test
    void noAcknowledgedWriteIsLostHoweverServersAreKilledAndStopped() throws Exception {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("seed = " + seed);
        Random random = new Random(seed);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < CLIENTS; i++) {
            String name = "client-" + i;
            Random own = new Random(seed + i + 1);
            clients.execute(() -> {
                try {
                    operate(name, own);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
            });
        }

        for (int round = 0; round < ROUNDS; round++) {
            long beganNanos = System.nanoTime();
            int before = acknowledged.size();
            disturb(random, round == 0);
            // A busy machine takes longer to come back: the next blow falls once writes are acknowledged again.
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> System.nanoTime() - beganNanos >= TimeUnit.MILLISECONDS.toNanos(ROUND_MS)
                            && acknowledged.size() >= before + WRITES_PER_ROUND);
        }
        stopped = true;
        clients.shutdown();
        assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(failure.get()).isNull();

        ReplicaDigests digests = cluster.awaitEqualReplicas();
        System.out.println(ROUNDS + " rounds, " + acknowledged.size() + " acknowledged writes, " + history.size()
                + " operations on shared keys, " + digests.rows() + " rows");
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(WRITES_PER_ROUND * ROUNDS);
        Table table = cluster.client().table(APP);
        acknowledged.forEach((key, value) -> assertThat(
                        text(table.get(bytes(key), bytes("s")).join()))
                .as("the write of %s that was acknowledged", key)
                .isEqualTo(value));
        history.requireLinearizable();
    }

    /**
     * One server is killed and started again, or a replica server stands still for longer than its lease.
     *
     * @param standsStill that this is to happen; chance decides otherwise
     */
    private void disturb(Random random, boolean standsStill) throws IOException, InterruptedException {
        OneboxProcesses processes = cluster.processes();
        int index = random.nextInt(standsStill ? REPLICAS : REPLICAS + 1);
        if (index == REPLICAS) {
            processes.killMetaServer(0);
            processes.startMetaServer(0);
        } else if (standsStill || random.nextInt(4) == 0) {
            long pid = processes.replicaServerPid(index);
            signal("-STOP", pid);
            TimeUnit.MILLISECONDS.sleep(STOPPED_MS);
            signal("-CONT", pid);
        } else {
            processes.killReplicaServer(index);
            processes.startReplicaServer(index);
        }
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill =
                new ProcessBuilder("kill", name, Long.toString(pid)).inheritIO().start();
        assertThat(kill.waitFor()).as("kill %s %d", name, pid).isZero();
    }

    private void operate(String name, Random random) {
        Table table = cluster.client().table(APP);
        Map<String, Optional<String>> lastRead = new HashMap<>();
        for (int i = 0; !stopped; i++) {
            String value = name + "-" + i;
            String key = "shared-" + random.nextInt(SHARED_KEYS);
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (succeeds(() ->
                            table.put(bytes(value), bytes("s"), bytes(value)).join())) {
                        acknowledged.put(value, value);
                    }
                }
                case 1 -> {
                    long begunAt = System.nanoTime();
                    boolean done = succeeds(() ->
                            table.put(bytes(key), bytes("s"), bytes(value)).join());
                    remember(key, name, new Put(value), begunAt, done);
                }
                case 2 -> {
                    if (random.nextInt(3) == 0) {
                        long begunAt = System.nanoTime();
                        boolean done = succeeds(
                                () -> table.remove(bytes(key), bytes("s")).join());
                        remember(key, name, new Put(null), begunAt, done);
                    }
                }
                case 3 -> {
                    String counter = "counter-" + random.nextInt(COUNTERS);
                    long begunAt = System.nanoTime();
                    AtomicLong result = new AtomicLong();
                    boolean done = succeeds(() ->
                            result.set(table.incr(bytes(counter), bytes("s"), 1).join()));
                    remember(counter, name, new Incr(1, result.get()), begunAt, done);
                }
                case 4 -> {
                    String expected =
                            lastRead.getOrDefault(key, Optional.empty()).orElse(null);
                    Check check =
                            expected == null ? Check.missing(bytes("s")) : Check.equalTo(bytes("s"), bytes(expected));
                    long begunAt = System.nanoTime();
                    AtomicBoolean isSet = new AtomicBoolean();
                    boolean done = succeeds(() ->
                            isSet.set(table.checkAndSet(bytes(key), check, CellChange.put(bytes("s"), bytes(value)))
                                    .join()
                                    .passed()));
                    remember(key, name, new CheckAndSet(expected, value, isSet.get()), begunAt, done);
                }
                default -> {
                    long begunAt = System.nanoTime();
                    AtomicReference<@Nullable String> found = new AtomicReference<>();
                    boolean done = succeeds(() ->
                            found.set(text(table.get(bytes(key), bytes("s")).join())));
                    remember(key, name, new Get(found.get()), begunAt, done);
                    lastRead.put(key, Optional.ofNullable(done ? found.get() : null));
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(15));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void remember(String key, String name, Operation.Kind kind, long begunAt, boolean done) {
        history.add(key, new Operation(name, kind, begunAt, done ? System.nanoTime() : Operation.NEVER));
    }

    /** False if the outcome is in doubt. */
    private static boolean succeeds(Runnable call) {
        try {
            call.run();
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof ClientException) {
                return false;
            }
            throw e;
        }
    }

    private static @Nullable String text(Optional<byte[]> value) {
        return value.map(found -> new String(found, UTF_8)).orElse(null);
    }
}
