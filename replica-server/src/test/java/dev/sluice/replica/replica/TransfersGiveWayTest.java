package dev.sluice.replica.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.throttle.ThrottleState.Reason;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.config.Config;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.request.ClientHandlers;
import dev.sluice.replica.request.ReadLimits;
import dev.sluice.replica.throttle.NodeThrottle;
import dev.sluice.replica.throttle.ThrottleOptions;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.ReadResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the reads that a node answers to what its transfers may take, in virtual time. */
class TransfersGiveWayTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final byte[] KEY = StoredKey.of("ada".getBytes(UTF_8), new byte[0]);
    private static final byte[] COLD = StoredKey.of("bob".getBytes(UTF_8), new byte[0]);
    private static final int FLOOR = 2 << 20;
    private static final int TRANSFER_BYTES = 20_000_000;
    private static final long STEP_MS = 100;

    private final Config config = Config.of(
            ReplicaOptions.schema(),
            Map.of("replication.transfer_throttle_floor_bytes_per_second", String.valueOf(FLOOR)));
    private final OneNode node;
    private final ReadClock clock;
    private final NodeThrottle throttle;
    private final RpcHandlers handlers = new RpcHandlers();
    private final RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0));
    private int answered;

    TransfersGiveWayTest() throws IOException {
        node = new OneNode(OneNode.DISK1);
        clock = new ReadClock(node.time);
        throttle = new NodeThrottle(config, node.time);
    }

    @BeforeEach
    void serve() {
        Lease lease = new Lease(node.time);
        lease.extend(0, Long.MAX_VALUE / 2);
        var clients = ClientHandlers.register(
                handlers,
                node.replicas,
                () -> false,
                lease,
                clock,
                OneNode.SELF,
                Runnable::run,
                1 << 20,
                ReadLimits.of(config),
                throttle.reads());
        assertThat(clients).isNotNull();
        throttle.registerCommands(commands);
        throttle.start(node.time);
        node.tell(P, 1, OneNode.SELF, List.of());
        assertThat(node.put(P, KEY, new byte[20])).isEqualTo(ErrorCode.ERR_OK);
        quietTime();
    }

    @Test
    void slowReadsLowerTheLimitWithinASecondAndFastOnesRaiseItAgain() {
        transfer(1_000, 1_000);
        assertThat(throttle.budget().bytesPerSecondMax()).isZero();

        transfer(1_000, 50_000);
        long low = throttle.budget().bytesPerSecondMax();
        assertThat(low).isBetween((long) FLOOR, TRANSFER_BYTES * 10L / 2);
        assertThat(throttle.state().givesWay()).isTrue();
        assertThat(throttle.state().reason()).isEqualTo(Reason.READS_ARE_SLOW);
        assertThat(throttle.state().quietP99Micros()).isBetween(1_000L, 1_040L);
        assertThat(throttle.state().readP99Micros()).isBetween(49_000L, 52_000L);

        transfer(10_000, 50_000);
        assertThat(throttle.budget().bytesPerSecondMax()).isEqualTo(FLOOR);

        transfer(10_000, 1_000);
        assertThat(throttle.budget().bytesPerSecondMax()).isGreaterThan(FLOOR);
        assertThat(answered).isPositive();
    }

    /** A row that is not in memory is read by a pool: that is where a busy disk shows. */
    @Test
    void readsThatNeedTheDiskCountAsWell() {
        node.onRead = () -> clock.pass(25_000);
        for (int i = 0; i < 10; i++) {
            get(COLD, 10);
            throttle.budget().tryAcquire(TRANSFER_BYTES);
            node.time.advance(STEP_MS);
        }
        assertThat(throttle.budget().bytesPerSecondMax()).isPositive();
    }

    @Test
    void itIsSwitchedOffAndOnAgainWhileItRuns() {
        transfer(1_000, 50_000);
        assertThat(throttle.budget().bytesPerSecondMax()).isPositive();

        String off = commands.execute(ThrottleOptions.ADAPTIVE_COMMAND, List.of("false"));
        assertThat(off).contains("\"ok\"");
        assertThat(throttle.budget().bytesPerSecondMax()).isZero();
        transfer(1_000, 50_000);
        assertThat(throttle.budget().bytesPerSecondMax()).isZero();

        commands.execute(ThrottleOptions.BYTES_PER_SECOND_COMMAND, List.of("5000000"));
        assertThat(throttle.budget().bytesPerSecondMax()).isEqualTo(5_000_000);
        commands.execute(ThrottleOptions.BYTES_PER_SECOND_COMMAND, List.of("DEFAULT"));
        assertThat(throttle.budget().bytesPerSecondMax()).isZero();

        commands.execute(ThrottleOptions.ADAPTIVE_COMMAND, List.of("true"));
        transfer(1_000, 50_000);
        assertThat(throttle.budget().bytesPerSecondMax()).isPositive();
    }

    @Test
    void itsStateIsShownByCommandAndMetrics() {
        transfer(1_000, 50_000);
        long limit = throttle.budget().bytesPerSecondMax();

        assertThat(commands.execute(ThrottleOptions.QUERY_COMMAND, List.of()))
                .contains("\"reason\": \"reads are slow\"")
                .contains("\"bytes_per_second_max\": " + limit)
                .contains("\"quiet_read_p99_is_measured\": true");
        try (Metrics metrics = new Metrics()) {
            throttle.registerMeters(metrics);
            assertThat(metrics.scrape())
                    .contains("transfer_throttle_gives_way 1.0")
                    .contains("transfer_throttle_bytes_per_second_max " + (double) limit)
                    .containsPattern("transfer_throttle_cuts_total [1-9]")
                    .containsPattern("transfer_throttle_quiet_read_p99_us 10[0-4]\\d")
                    .containsPattern("transfer_bytes_total [1-9]");
        }
    }

    private void quietTime() {
        node.onRead = () -> clock.pass(1_000);
        for (int i = 0; i < 100; i++) {
            get(KEY, 10);
            node.time.advance(STEP_MS);
        }
    }

    /** Transfers as fast as the throttle lets it, while reads take so long. */
    private void transfer(long durationMs, int readMicros) {
        node.onRead = () -> clock.pass(readMicros);
        for (long ms = 0; ms < durationMs; ms += STEP_MS) {
            get(KEY, 10);
            int left = TRANSFER_BYTES;
            while (left > 0 && throttle.budget().tryAcquire(100_000) == 0) {
                left -= 100_000;
            }
            node.time.advance(STEP_MS);
        }
    }

    private void get(byte[] key, int times) {
        // The table has the handler of an rpc under its task code.
        @SuppressWarnings("unchecked")
        RpcHandlers.Entry<Blob, ReadResponse> entry = (RpcHandlers.Entry<Blob, ReadResponse>)
                Objects.requireNonNull(handlers.entries().get(DataRpcs.GET.taskCode()));
        RpcHandlers.Handler<Blob, ReadResponse> handler = Objects.requireNonNull(entry.handler());
        for (int i = 0; i < times; i++) {
            handler.handle(
                    new Caller(OneNode.OTHER, null, 0),
                    RequestHeader.toPartition(P, 1_000, 0),
                    Blob.of(key),
                    new Responder<>() {
                        @Override
                        public void reply(ReadResponse reply) {
                            answered++;
                        }

                        @Override
                        public void fail(ErrorCode error) {
                            throw new AssertionError("a read failed: " + error);
                        }
                    });
        }
    }

    /** The test's time, and what reads took on top of it. */
    private static final class ReadClock implements Clock {
        private final Clock time;
        private long passedNanos;

        private ReadClock(Clock time) {
            this.time = time;
        }

        private void pass(long micros) {
            passedNanos += micros * 1_000;
        }

        @Override
        public long nowNanos() {
            return time.nowNanos() + passedNanos;
        }

        @Override
        public long nowMs() {
            return nowNanos() / 1_000_000;
        }

        @Override
        public long wallMs() {
            return time.wallMs();
        }
    }
}
