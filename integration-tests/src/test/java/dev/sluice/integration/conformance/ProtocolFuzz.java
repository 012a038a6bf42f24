package dev.sluice.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.rpc.testing.RandomMessages;
import dev.sluice.integration.conformance.RawConnection.Answer;
import dev.sluice.integration.conformance.RawConnection.Head;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.WireGpid;
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
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.Hello;
import dev.sluice.wire.internal.HelloReply;
import dev.sluice.wire.internal.Mutation;
import dev.sluice.wire.internal.MutationBody;
import dev.sluice.wire.internal.PrepareRequest;
import dev.sluice.wire.internal.RowChange;
import dev.sluice.wire.internal.internalConstants;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.apache.thrift.TFieldIdEnum;
import org.apache.thrift.meta_data.FieldMetaData;
import org.apache.thrift.meta_data.StructMetaData;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TType;
import org.slf4j.LoggerFactory;

/**
 * Throws broken requests of every code that servers know at running servers, as a client and as one that says it is a server
 * of the same cluster, while one connection to another app goes on working. {@code -Dsluice.seed=…} repeats a run, {@code
 * -Dsluice.fuzz.ms=…} makes it longer.
 */
final class ProtocolFuzz {
    /** Sent and answered below the handlers, so that no table of codes has it. */
    private static final Rpc<Hello, HelloReply> HELLO = new Rpc<>("SLUICE_HELLO", Hello::new, HelloReply::new);

    private static final HostPort NO_SUCH_SERVER = new HostPort("127.0.0.9", 9);

    private final long seed = Long.getLong("sluice.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final RandomMessages messages = new RandomMessages(random);
    private final List<Rpc<?, ?>> rpcs;
    private final AppPlace app;
    private final AppPlace steadyApp;
    private final List<HostPort> servers;
    private final Map<HostPort, RawConnection> victims = new HashMap<>();
    private final TreeMap<String, Integer> sentByCode = new TreeMap<>();
    private String clusterId = "";
    private int next;

    /**
     * @param app what happens to it does not matter
     * @param steadyApp nothing happens to it
     */
    ProtocolFuzz(AppPlace app, AppPlace steadyApp, List<HostPort> servers) {
        this.app = app;
        this.steadyApp = steadyApp;
        this.servers = servers;
        this.rpcs = new ArrayList<>(RandomMessages.allRpcs());
        rpcs.add(HELLO);
    }

    /** Returns how many frames of each code were sent. */
    Map<String, Integer> run() throws Exception {
        System.out.println("-Dsluice.seed=" + seed);
        clusterId = clusterId();
        MemoryWatch memory = new MemoryWatch();
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.getLong("sluice.fuzz.ms", 5_000L));
        int sent = 0;
        ListAppender<ILoggingEvent> said = new ListAppender<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                    super.append(event);
                }
            }
        };
        said.start();
        Logger log = (Logger) LoggerFactory.getLogger("dev.sluice");
        log.addAppender(said);
        try (RawConnection steady = new RawConnection(steadyApp.primary(0))) {
            while (System.nanoTime() < endNanos) {
                HostPort server = servers.get(random.nextInt(servers.size()));
                send(server, random.nextInt(8) == 0 ? noise() : messages.mutated(frame()));
                sent++;
                memory.look();
                if (sent % 20 == 0) {
                    assertGoesOn(steady);
                }
            }
            assertGoesOn(steady);
        } finally {
            log.detachAppender(said);
            for (RawConnection each : victims.values()) {
                each.close();
            }
        }
        assertThat(said.list)
                .as("exceptions that escaped from what serves requests, seed %s", seed)
                .isEmpty();
        for (HostPort server : servers) {
            try (RawConnection fresh = new RawConnection(server)) {
                Answer answer =
                        fresh.call(head(app), "RPC_NO_SUCH_CODE", TType.STRUCT, new ScanRequest(), m -> m, 10_000);
                assertThat(answer).as("%s after seed %s", server, seed).isNotNull();
            }
        }
        System.out.println(sent + " frames, " + memory);
        memory.requireNoMoreThan(RpcLimits.DEFAULT.frameBytesMax());
        return sentByCode;
    }

    private String clusterId() throws Exception {
        try (RawConnection server = new RawConnection(servers.get(0))) {
            Answer answer = server.call(head(app), HELLO.taskCode(), TType.STRUCT, hello(""), m -> m, 10_000);
            return Objects.requireNonNull(answer).read(new HelloReply()).getClusterId();
        }
    }

    private static Hello hello(String clusterId) {
        return new Hello(internalConstants.FORMAT_VERSION, clusterId, Wire.address(NO_SUCH_SERVER), 1);
    }

    private void assertGoesOn(RawConnection steady) throws Exception {
        Answer answer = steady.call(
                head(steadyApp), "RPC_RRDB_RRDB_GET", TType.STRUCT, Blob.of(new byte[] {0, 1, 'k'}), m -> m, 20_000);
        assertThat(answer == null ? "silence" : answer.error())
                .as("to a connection that does no harm, seed %s", seed)
                .isEqualTo("ERR_OK");
    }

    private void send(HostPort server, byte[] bytes) throws IOException, TException {
        RawConnection victim = victims.get(server);
        try {
            if (victim == null || random.nextInt(5) == 0) {
                if (victim != null) {
                    victim.close();
                }
                victim = new RawConnection(server);
                victims.put(server, victim);
                if (random.nextBoolean()) {
                    victim.send(RawConnection.frame(
                            head(app), RawConnection.message(HELLO.taskCode(), 1, TType.STRUCT, hello(clusterId))));
                }
            }
            victim.send(bytes);
        } catch (SocketException e) {
            // The server has closed it, as it may.
            victims.remove(server);
        }
    }

    private static Head head(AppPlace app) {
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

    /** Every code in turn: one of those that a handler goes far with, or one with anything in its fields. */
    private byte[] frame() throws TException {
        Rpc<?, ?> rpc = rpcs.get(next++ % rpcs.size());
        TBase<?, ?> sound = random.nextBoolean() ? soundRequests().get(rpc.taskCode()) : null;
        TBase<?, ?> request =
                sound != null ? sound : messages.filled(rpc.newRequest().get());
        sentByCode.merge(rpc.taskCode(), 1, Integer::sum);
        if (random.nextBoolean()) {
            aim(request);
        }
        byte type = request instanceof WireLong ? TType.I64 : TType.STRUCT;
        boolean isWhole = random.nextBoolean();
        Head head = new Head(random.nextInt(2), app.appId(), 0, 1_000, random.nextLong(), random.nextBoolean());
        byte[] message = RawConnection.message(
                rpc.taskCode(),
                random.nextInt(),
                type,
                request,
                out -> isWhole ? new TBinaryProtocol(out) : new LossyProtocol(out, random));
        return RawConnection.frame(head, message);
    }

    /** Makes it speak of a partition and a server that are there, under a ballot that may be theirs. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // Thrift's generics cannot be named for a message of any type
    private void aim(TBase<?, ?> request) {
        Map<TFieldIdEnum, FieldMetaData> fields = FieldMetaData.getStructMetaDataMap((Class) request.getClass());
        if (fields != null) {
            fields.forEach((field, metaData) -> {
                if (metaData.valueMetaData instanceof StructMetaData struct && struct.structClass == WireGpid.class) {
                    ((TBase) request).setFieldValue(field, WireGpid.of(app.appId(), 0));
                } else if (metaData.valueMetaData instanceof StructMetaData struct
                        && struct.structClass == WireAddress.class) {
                    HostPort server = servers.get(random.nextInt(servers.size()));
                    ((TBase) request).setFieldValue(field, Wire.address(server));
                } else if (field.getFieldName().equals("ballot")) {
                    ((TBase) request).setFieldValue(field, (long) random.nextInt(10));
                }
            });
        }
    }

    /** Of the primary, with decrees that a member may take. It removes rows only: a value that is none would damage the app. */
    private PrepareRequest prepare() {
        long first = 1L + random.nextInt(4);
        List<Mutation> mutations = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            RowChange row = new RowChange(ByteBuffer.wrap(messages.bytes()));
            mutations.add(new Mutation()
                    .setDecree(first + mutations.size())
                    .setBallot(random.nextInt(10))
                    .setBody(new MutationBody().setRows(List.of(row))));
        }
        return new PrepareRequest()
                .setGpid(WireGpid.of(app.appId(), 0))
                .setBallot(random.nextInt(10))
                .setPrimary(Wire.address(app.primary(0)))
                .setMutations(mutations)
                .setLastCommittedDecree(random.nextInt(10));
    }

    /** Of a load that there may be. */
    private GroupLoadRequest groupLoad() {
        GroupLoadRequest request = (GroupLoadRequest) messages.filled(new GroupLoadRequest());
        request.getLoad().setLoadId(random.nextInt(10)).setMode(random.nextInt(4));
        return request.setGpid(WireGpid.of(app.appId(), 0)).setBallot(random.nextInt(10));
    }

    private Map<String, TBase<?, ?>> soundRequests() {
        Blob key = Blob.of(new byte[] {0, 1, 'h', 's'});
        Blob part = Blob.of(new byte[random.nextInt(30)]);
        return Map.ofEntries(
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
                Map.entry(InternalRpcs.PREPARE.taskCode(), prepare()),
                Map.entry(InternalRpcs.GROUP_LOAD.taskCode(), groupLoad()),
                Map.entry("RPC_CM_LIST_APPS", new ListAppsRequest()),
                Map.entry("RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX", new QueryConfigRequest().setAppName("fuzz")));
    }
}
