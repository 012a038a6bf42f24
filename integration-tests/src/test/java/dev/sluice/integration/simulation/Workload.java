package dev.sluice.integration.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.Wire;
import dev.sluice.integration.linearizability.History;
import dev.sluice.integration.linearizability.Operation;
import dev.sluice.integration.linearizability.Operation.CheckAndSet;
import dev.sluice.integration.linearizability.Operation.Get;
import dev.sluice.integration.linearizability.Operation.Incr;
import dev.sluice.integration.linearizability.Operation.Kind;
import dev.sluice.integration.linearizability.Operation.Put;
import dev.sluice.wire.Blob;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.data.CasCheckType;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.UpdateRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** Clients that read and write a few keys of one app, each one operation after the other, and remember what they heard. */
final class Workload {
    private static final int CLIENTS = 3;
    /** Keys that clients put, set and remove. */
    static final int TEXTS = 6;

    private static final int COUNTERS = 2;
    static final int PATIENCE_MS = 4_000;
    private static final int TIMEOUT_MS = 700;
    private static final HostPort SELF = new HostPort("10.0.9.1", 5000);
    private static final int NOT_FOUND = 1;
    private static final int CHECK_FAILED = 13;
    /** Most of what a client knows of the primaries is old. */
    private static final int REFRESH_ONE_IN = 12;

    private static final String COUNTER = "counter-";
    private static final byte[] SORT_KEY = "sort".getBytes(UTF_8);

    private final Cluster cluster;
    private final String app;
    private final Chance chance;
    private final SimulatedProcess process;
    private final RpcClient rpc;
    private final History history = new History();
    private int appId;
    private int partitions;
    private boolean stopped;
    private int restMsMax;
    private long values;
    private int underWay;

    Workload(Cluster cluster, String app) {
        this.cluster = cluster;
        this.app = app;
        this.chance = cluster.chance().fork("workload");
        this.process = new SimulatedProcess(cluster.world(), "clients", new SimulatedProcess.ClockOfMachine(0, 1, 0));
        this.rpc = cluster.network().client(SELF, process, null);
    }

    /** One client, and where it believes the primaries to be. */
    private static final class Client {
        private final String name;
        private final Map<Integer, HostPort> primaries = new HashMap<>();
        private final Map<Integer, Optional<String>> lastRead = new HashMap<>();
        private int nextMeta;
        private boolean asking;

        private Client(String name, int nextMeta) {
            this.name = name;
            this.nextMeta = nextMeta;
        }
    }

    History history() {
        return history;
    }

    HostPort address() {
        return SELF;
    }

    /** Begins; each client rests up to so long between two operations. */
    void start(int restMsMax) {
        this.restMsMax = restMsMax;
        for (int i = 0; i < CLIENTS; i++) {
            Client client = new Client("client-" + i, i);
            process.run(() -> next(client));
        }
    }

    void stop() {
        stopped = true;
    }

    /** True once every operation that was begun has ended, one way or the other. */
    boolean isQuiet() {
        return stopped && underWay == 0;
    }

    private void next(Client client) {
        if (!stopped) {
            cluster.world()
                    .time()
                    .schedule(restMsMax / 10 + chance.nextInt(restMsMax), () -> process.run(() -> operate(client)));
        }
    }

    private void operate(Client client) {
        if (stopped) {
            return;
        }
        int number = chance.nextInt(TEXTS + COUNTERS);
        byte[] key = key(number);
        HostPort primary = partitions == 0 ? null : client.primaries.get(indexOf(key));
        if (primary == null || chance.oneIn(REFRESH_ONE_IN)) {
            refresh(client);
        }
        if (primary == null) {
            next(client);
            return;
        }
        int choice = chance.nextInt(100);
        if (choice < 45) {
            get(client, number, primary);
        } else if (choice >= 92) {
            remove(client, key, primary);
        } else if (isCounter(key)) {
            incr(client, key, primary);
        } else if (choice < 75) {
            put(client, key, primary, "v" + ++values);
        } else {
            checkAndSet(client, number, primary, "v" + ++values);
        }
    }

    /** A key that clients read and write. */
    static byte[] key(int number) {
        return StoredKey.of(hashKey(number).getBytes(UTF_8), SORT_KEY);
    }

    private static String hashKey(int number) {
        return number < TEXTS ? "hash-" + number : COUNTER + number;
    }

    /** True for a key that is only incremented, read and removed. */
    static boolean isCounter(byte[] storedKey) {
        return nameOf(storedKey).startsWith(COUNTER);
    }

    /** True for a key that clients read and write. */
    static boolean isOfClients(byte[] storedKey) {
        for (int number = 0; number < TEXTS + COUNTERS; number++) {
            if (Arrays.equals(key(number), storedKey)) {
                return true;
            }
        }
        return false;
    }

    /** How histories call a key. */
    static String nameOf(byte[] storedKey) {
        return new String(storedKey, 2, storedKey.length - 2, UTF_8);
    }

    private void get(Client client, int number, HostPort primary) {
        byte[] key = key(number);
        long begunAt = cluster.world().events();
        call(client, key, primary, DataRpcs.GET, Blob.of(key), (reply, failure) -> {
            if (reply != null && (reply.getError() == 0 || reply.getError() == NOT_FOUND)) {
                String found =
                        reply.getError() == 0 ? new String(reply.getValue().bytes(), UTF_8) : null;
                client.lastRead.put(number, Optional.ofNullable(found));
                remember(client, key, new Get(found), begunAt, true);
                cluster.world().count("reads");
            }
        });
    }

    private void put(Client client, byte[] key, HostPort primary, String value) {
        long begunAt = cluster.world().events();
        UpdateRequest request = new UpdateRequest().setKey(Blob.of(key)).setValue(Blob.of(value.getBytes(UTF_8)));
        call(client, key, primary, DataRpcs.PUT, request, (reply, failure) -> {
            boolean done = reply != null && reply.getError() == 0;
            if (done && reply != null && cluster.looks()) {
                cluster.ledger().requireAcknowledged(gpid(key), reply.getDecree(), key, value.getBytes(UTF_8));
            }
            remember(client, key, new Put(value), begunAt, done);
        });
    }

    private void remove(Client client, byte[] key, HostPort primary) {
        long begunAt = cluster.world().events();
        call(client, key, primary, DataRpcs.REMOVE, Blob.of(key), (reply, failure) -> {
            boolean done = reply != null && reply.getError() == 0;
            if (done && reply != null && cluster.looks()) {
                cluster.ledger().requireAcknowledged(gpid(key), reply.getDecree(), key, null);
            }
            remember(client, key, new Put(null), begunAt, done);
        });
    }

    private void incr(Client client, byte[] key, HostPort primary) {
        long begunAt = cluster.world().events();
        IncrRequest request = new IncrRequest().setKey(Blob.of(key)).setIncrement(1);
        call(client, key, primary, DataRpcs.INCR, request, (reply, failure) -> {
            boolean done = reply != null && reply.getError() == 0;
            long result = done && reply != null ? reply.getNewValue() : 0;
            if (done && reply != null && cluster.looks()) {
                byte[] text = Long.toString(result).getBytes(UTF_8);
                cluster.ledger().requireAcknowledged(gpid(key), reply.getDecree(), key, text);
            }
            remember(client, key, new Incr(1, result), begunAt, done);
        });
    }

    /** Sets the value if it is what this client read last. */
    private void checkAndSet(Client client, int number, HostPort primary, String value) {
        byte[] key = key(number);
        String expected = client.lastRead.getOrDefault(number, Optional.empty()).orElse(null);
        long begunAt = cluster.world().events();
        CheckAndSetRequest request = new CheckAndSetRequest()
                .setHashKey(Blob.of(hashKey(number).getBytes(UTF_8)))
                .setCheckSortKey(Blob.of(SORT_KEY))
                .setCheckType(expected == null ? CasCheckType.CT_VALUE_NOT_EXIST : CasCheckType.CT_VALUE_BYTES_EQUAL)
                .setCheckOperand(Blob.of(expected == null ? new byte[0] : expected.getBytes(UTF_8)))
                .setSetValue(Blob.of(value.getBytes(UTF_8)));
        call(client, key, primary, DataRpcs.CHECK_AND_SET, request, (reply, failure) -> {
            boolean isSet = reply != null && reply.getError() == 0;
            boolean done = isSet || (reply != null && reply.getError() == CHECK_FAILED);
            if (isSet && reply != null && cluster.looks()) {
                cluster.ledger().requireAcknowledged(gpid(key), reply.getDecree(), key, value.getBytes(UTF_8));
            }
            cluster.world().count(isSet ? "checks passed" : done ? "checks failed" : "checks in doubt");
            remember(client, key, new CheckAndSet(expected, value, isSet), begunAt, done);
        });
    }

    private void remember(Client client, byte[] key, Kind kind, long begunAt, boolean answered) {
        if (!(kind instanceof Get)) {
            cluster.world().count(answered ? "writes acknowledged" : "writes in doubt");
        }
        history.add(
                nameOf(key),
                new Operation(
                        client.name, kind, begunAt, answered ? cluster.world().events() : Operation.NEVER));
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void call(
            Client client,
            byte[] key,
            HostPort primary,
            Rpc<Q, R> code,
            Q request,
            BiConsumer<@Nullable R, @Nullable Throwable> then) {
        RequestHeader header = RequestHeader.toPartition(
                gpid(key), chance.oneIn(3) ? PATIENCE_MS : TIMEOUT_MS, PartitionHash.ofStoredKey(key));
        underWay++;
        CompletableFuture<R> answer = rpc.call(primary, code, header, request);
        var unused = answer.whenComplete((reply, failure) -> {
            underWay--;
            try {
                then.accept(reply, failure);
            } catch (AssertionError e) {
                cluster.world().failed(e);
            }
            if (failure != null) {
                refresh(client);
            }
            next(client);
        });
    }

    private int indexOf(byte[] key) {
        return PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), partitions);
    }

    private Gpid gpid(byte[] key) {
        return new Gpid(appId, indexOf(key));
    }

    /** Asks the meta servers in turn where the primaries are. */
    private void refresh(Client client) {
        if (client.asking || stopped) {
            return;
        }
        client.asking = true;
        HostPort meta = cluster.metaAddresses().get(client.nextMeta % Cluster.METAS);
        var unused = rpc.call(
                        meta,
                        AdminRpcs.QUERY_CONFIG,
                        RequestHeader.toServer(TIMEOUT_MS),
                        new QueryConfigRequest().setAppName(app))
                .whenComplete((reply, failure) -> {
                    client.asking = false;
                    ErrorCode error = reply == null ? ErrorCode.ERR_TIMEOUT : Wire.error(reply.getErr());
                    if (reply != null && error.isOk()) {
                        learn(client, reply);
                    } else {
                        client.nextMeta++;
                    }
                });
    }

    private void learn(Client client, QueryConfigResponse routing) {
        appId = routing.getAppId();
        partitions = routing.getPartitionCount();
        client.primaries.clear();
        for (PartitionConfiguration partition : routing.getPartitions()) {
            Wire.find(partition.getPrimary())
                    .ifPresent(primary ->
                            client.primaries.put(Wire.gpid(partition.getPid()).partitionIndex(), primary));
        }
    }
}
