package dev.sluice.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.common.HostPort;
import dev.sluice.integration.conformance.RawConnection.Answer;
import dev.sluice.integration.conformance.RawConnection.Head;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.FullKey;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.Mutate;
import dev.sluice.wire.data.ScanRequest;
import dev.sluice.wire.data.UpdateRequest;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.apache.thrift.protocol.TType;
import org.slf4j.LoggerFactory;

/**
 * Throws broken requests at running servers over many connections, while one connection goes on working. {@code
 * -Dsluice.seed=…} repeats a run, {@code -Dsluice.fuzz.ms=…} makes it longer.
 */
final class ProtocolFuzz {
    private static final int[] EXTREMES = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 24, 0x7fff0000};

    private final long seed = Long.getLong("sluice.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AppPlace app;
    private final List<HostPort> servers;
    private final Map<HostPort, RawConnection> victims = new HashMap<>();

    ProtocolFuzz(AppPlace app, List<HostPort> servers) {
        this.app = app;
        this.servers = servers;
    }

    /** Returns how many frames were sent. */
    int run() throws Exception {
        System.out.println("-Dsluice.seed=" + seed);
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.getLong("sluice.fuzz.ms", 3_000L));
        int sent = 0;
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger rpc = (Logger) LoggerFactory.getLogger("dev.sluice.common.rpc");
        rpc.addAppender(said);
        try (RawConnection steady = new RawConnection(app.primary(0))) {
            while (System.nanoTime() < endNanos) {
                HostPort server = servers.get(random.nextInt(servers.size()));
                send(server, random.nextInt(6) == 0 ? noise() : mutated(frame()));
                sent++;
                if (sent % 20 == 0) {
                    assertGoesOn(steady);
                }
            }
            assertGoesOn(steady);
        } finally {
            rpc.detachAppender(said);
            for (RawConnection each : victims.values()) {
                each.close();
            }
        }
        assertThat(said.list)
                .as("exceptions that escaped a handler, seed %s", seed)
                .noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.ERROR));
        for (HostPort server : servers) {
            try (RawConnection fresh = new RawConnection(server)) {
                Answer answer = fresh.call(head(), "RPC_NO_SUCH_CODE", TType.STRUCT, new ScanRequest(), m -> m, 10_000);
                assertThat(answer).as("%s after seed %s", server, seed).isNotNull();
            }
        }
        return sent;
    }

    private void assertGoesOn(RawConnection steady) throws Exception {
        Answer answer =
                steady.call(head(), "RPC_RRDB_RRDB_GET", TType.STRUCT, Blob.of(new byte[] {0, 1, 'k'}), m -> m, 20_000);
        assertThat(answer == null ? "silence" : answer.error())
                .as("to a connection that does no harm, seed %s", seed)
                .isEqualTo("ERR_OK");
    }

    private void send(HostPort server, byte[] bytes) throws IOException {
        RawConnection victim = victims.get(server);
        try {
            if (victim == null || random.nextInt(5) == 0) {
                if (victim != null) {
                    victim.close();
                }
                victim = new RawConnection(server);
                victims.put(server, victim);
            }
            victim.send(bytes);
        } catch (SocketException e) {
            // The server has closed it, as it may.
            victims.remove(server);
        }
    }

    private Head head() {
        return new Head(1, app.appId(), 0, 1_000, 0, false);
    }

    private byte[] noise() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 4 && random.nextBoolean()) {
            ByteBuffer.wrap(bytes).putInt(0x54484654);
        }
        return bytes;
    }

    private byte[] frame() throws Exception {
        Blob key = Blob.of(new byte[] {0, 1, 'h', 's'});
        Blob part = Blob.of(new byte[random.nextInt(30)]);
        Map<String, TBase<?, ?>> requests = Map.ofEntries(
                Map.entry("RPC_RRDB_RRDB_GET", key),
                Map.entry("RPC_RRDB_RRDB_TTL", key),
                Map.entry("RPC_RRDB_RRDB_REMOVE", key),
                Map.entry("RPC_RRDB_RRDB_SORTKEY_COUNT", part),
                Map.entry("RPC_RRDB_RRDB_PUT", new UpdateRequest().setKey(key).setValue(part)),
                Map.entry(
                        "RPC_RRDB_RRDB_MULTI_PUT",
                        new MultiPutRequest().setHashKey(part).setKvs(List.of(new KeyValue(part, part)))),
                Map.entry(
                        "RPC_RRDB_RRDB_MULTI_REMOVE",
                        new MultiRemoveRequest().setHashKey(part).setSortKeys(List.of(part, key))),
                Map.entry("RPC_RRDB_RRDB_INCR", new IncrRequest().setKey(key).setIncrement(1)),
                Map.entry(
                        "RPC_RRDB_RRDB_CHECK_AND_SET",
                        new CheckAndSetRequest().setHashKey(part).setSetValue(part)),
                Map.entry(
                        "RPC_RRDB_RRDB_CHECK_AND_MUTATE",
                        new CheckAndMutateRequest()
                                .setHashKey(part)
                                .setMutateList(List.of(new Mutate().setSortKey(part)))),
                Map.entry(
                        "RPC_RRDB_RRDB_MULTI_GET",
                        new MultiGetRequest().setHashKey(part).setSortKeys(List.of(part))),
                Map.entry("RPC_RRDB_RRDB_BATCH_GET", new BatchGetRequest().setKeys(List.of(new FullKey(part, part)))),
                Map.entry("RPC_RRDB_RRDB_GET_SCANNER", new GetScannerRequest().setStartKey(key)),
                Map.entry("RPC_RRDB_RRDB_SCAN", new ScanRequest(random.nextLong())),
                Map.entry("RPC_RRDB_RRDB_CLEAR_SCANNER", WireLong.of(random.nextLong())),
                Map.entry("RPC_CM_LIST_APPS", new ListAppsRequest()),
                Map.entry("RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX", new QueryConfigRequest().setAppName("one")),
                Map.entry("SLUICE_PREPARE", new ScanRequest(1)),
                Map.entry("SLUICE_LEARN", new ScanRequest(1)),
                Map.entry("SLUICE_NODE_STREAM", new ScanRequest(1)));
        List<String> codes = requests.keySet().stream().sorted().toList();
        String code = codes.get(random.nextInt(codes.size()));
        TBase<?, ?> request = Objects.requireNonNull(requests.get(code));
        byte type = request instanceof WireLong ? TType.I64 : TType.STRUCT;
        Head head = new Head(random.nextInt(2), app.appId(), 0, 1_000, random.nextLong(), random.nextBoolean());
        return RawConnection.frame(head, RawConnection.message(code, random.nextInt(), type, request));
    }

    private byte[] mutated(byte[] frame) {
        byte[] bytes = frame.clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length - 4);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> ByteBuffer.wrap(bytes).putInt(at, EXTREMES[random.nextInt(EXTREMES.length)]);
                default -> bytes = Arrays.copyOf(bytes, Math.max(8, at));
            }
        }
        return bytes;
    }
}
