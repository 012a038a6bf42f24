package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.Blob;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.BatchGetResponse;
import dev.sluice.wire.data.FullData;
import dev.sluice.wire.data.FullKey;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveResponse;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.data.TtlResponse;
import dev.sluice.wire.data.UpdateResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** Three meta servers and three replica servers with one table "orders" of app id 2, whose primaries a test moves. */
final class FakeCluster {
    static final int APP_ID = 2;
    static final int PARTITIONS = 4;
    static final List<HostPort> METAS = List.of(
            new HostPort("127.0.0.1", 34601), new HostPort("127.0.0.1", 34602), new HostPort("127.0.0.1", 34603));
    static final List<HostPort> REPLICAS = List.of(
            new HostPort("127.0.0.1", 34801), new HostPort("127.0.0.1", 34802), new HostPort("127.0.0.1", 34803));

    final InProcessRpc rpc;
    /** By partition; null: none now. */
    final Map<Integer, @Nullable HostPort> primaries = new HashMap<>();

    final Map<Integer, Long> ballots = new HashMap<>();
    /** What servers answer instead of serving, one per request. */
    final Map<HostPort, List<ErrorCode>> refusals = new HashMap<>();

    private final Map<String, Function<?, ?>> answers = new HashMap<>();
    private final Map<Integer, NavigableMap<byte[], byte[]>> rows = new HashMap<>();
    private final Map<Long, OpenScan> scans = new HashMap<>();
    private long nextScan = 10;
    private int scansToLose;
    HostPort leader = METAS.get(0);
    boolean namesLeader = true;

    FakeCluster(EventLoop loop) {
        rpc = new InProcessRpc(loop);
        for (int i = 0; i < PARTITIONS; i++) {
            primaries.put(i, REPLICAS.get(i % REPLICAS.size()));
            rows.put(i, new TreeMap<>(Arrays::compareUnsigned));
        }
        METAS.forEach(this::meta);
        REPLICAS.forEach(this::replica);
    }

    NavigableMap<byte[], byte[]> rowsOf(int partitionIndex) {
        return Objects.requireNonNull(rows.get(partitionIndex));
    }

    static int partitionOf(String hashKey) {
        return PartitionHash.partitionIndex(PartitionHash.of(hashKey.getBytes(StandardCharsets.UTF_8)), PARTITIONS);
    }

    HostPort primaryOf(String hashKey) {
        return Objects.requireNonNull(primaries.get(partitionOf(hashKey)));
    }

    /** Makes another server the primary of the partition, under the next ballot. */
    void move(int partition, HostPort to) {
        primaries.put(partition, to);
        ballots.merge(partition, 4L, (before, first) -> before + 1);
    }

    void refuse(HostPort server, ErrorCode... errors) {
        refusals.computeIfAbsent(server, key -> new ArrayList<>()).addAll(List.of(errors));
    }

    /** What all replica servers answer to such a request from now on. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> void answer(Rpc<Q, R> code, Function<Q, R> answer) {
        answers.put(code.taskCode(), answer);
    }

    /** Scans that were opened are forgotten. */
    void loseScans() {
        scans.clear();
    }

    /** So many scans that are gone on with are forgotten before. */
    void loseNextScans(int count) {
        scansToLose = count;
    }

    int openScans() {
        return scans.size();
    }

    private void meta(HostPort address) {
        rpc.server(address)
                .on(AdminRpcs.QUERY_CONFIG, Access.CLIENTS, (caller, header, request, responder) -> {
                    if (!address.equals(leader)) {
                        QueryConfigResponse forward =
                                new QueryConfigResponse().setErr(Wire.error(ErrorCode.ERR_FORWARD_TO_OTHERS));
                        if (namesLeader) {
                            forward.addToPartitions(new PartitionConfiguration().setPrimary(Wire.address(leader)));
                        }
                        responder.reply(forward);
                        return;
                    }
                    responder.reply(request.getAppName().equals("orders") ? configuration() : unknownApp());
                })
                .on(
                        AdminRpcs.CLUSTER_INFO,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> responder.reply(new ClusterInfoResponse()
                                .setErr(Wire.error(
                                        address.equals(leader) ? ErrorCode.ERR_OK : ErrorCode.ERR_FORWARD_TO_OTHERS))
                                .setKeys(List.of("primary_meta_server"))
                                .setValues(List.of(leader.toString()))));
    }

    private static QueryConfigResponse unknownApp() {
        return new QueryConfigResponse().setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND));
    }

    private QueryConfigResponse configuration() {
        QueryConfigResponse reply = new QueryConfigResponse()
                .setErr(Wire.error(ErrorCode.ERR_OK))
                .setAppId(APP_ID)
                .setPartitionCount(PARTITIONS)
                .setIsStateful(true);
        for (int i = 0; i < PARTITIONS; i++) {
            reply.addToPartitions(new PartitionConfiguration()
                    .setPid(Wire.gpid(new Gpid(APP_ID, i)))
                    .setBallot(ballots.getOrDefault(i, 3L))
                    .setMaxReplicaCount(1)
                    .setPrimary(Wire.addressOrNone(primaries.get(i))));
        }
        return reply;
    }

    private void replica(HostPort address) {
        serve(address, DataRpcs.PUT, (partition, request) -> {
            rowsOf(partition).put(request.getKey().bytes(), request.getValue().bytes());
            return new UpdateResponse().setServer(address.toString());
        });
        serve(address, DataRpcs.MULTI_PUT, this::multiPut);
        serve(address, DataRpcs.GET, (partition, request) -> {
            byte[] value = rowsOf(partition).get(request.bytes());
            return value == null
                    ? new ReadResponse().setError(1)
                    : new ReadResponse().setValue(Blob.of(value)).setServer(address.toString());
        });
        serve(address, DataRpcs.REMOVE, (partition, request) -> {
            rowsOf(partition).remove(request.bytes());
            return new UpdateResponse();
        });
        serve(
                address,
                DataRpcs.TTL,
                (partition, request) -> rowsOf(partition).containsKey(request.bytes())
                        ? new TtlResponse().setTtlSeconds(-1)
                        : new TtlResponse().setError(1));
        serve(address, DataRpcs.BATCH_GET, this::batchGet);
        serve(address, DataRpcs.MULTI_REMOVE, (partition, request) -> {
            request.getSortKeys()
                    .forEach(sortKey -> rowsOf(partition)
                            .remove(StoredKey.of(request.getHashKey().bytes(), sortKey.bytes())));
            return new MultiRemoveResponse().setCount(request.getSortKeysSize());
        });
        serve(
                address,
                DataRpcs.GET_SCANNER,
                (partition, request) -> batch(
                        partition, new OpenScan(request, request.getStartKey().bytes(), request.isStartInclusive())));
        serve(address, DataRpcs.SCAN, (partition, request) -> {
            OpenScan scan = scans.remove(request.getContextId());
            if (scan == null || scansToLose-- > 0) {
                return new ScanResponse().setError(1);
            }
            return batch(partition, scan);
        });
        for (Rpc<?, ?> code :
                List.of(DataRpcs.INCR, DataRpcs.CHECK_AND_SET, DataRpcs.CHECK_AND_MUTATE, DataRpcs.MULTI_GET)) {
            serve(address, code, (partition, request) -> {
                throw new AssertionError(code + " has no answer in this test");
            });
        }
        rpc.server(address)
                .onOneWay(
                        DataRpcs.CLEAR_SCANNER,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> scans.remove(request.number()));
    }

    private UpdateResponse multiPut(int partition, MultiPutRequest request) {
        request.getKvs()
                .forEach(kv -> rowsOf(partition)
                        .put(
                                StoredKey.of(
                                        request.getHashKey().bytes(),
                                        kv.getKey().bytes()),
                                kv.getValue().bytes()));
        return new UpdateResponse();
    }

    private BatchGetResponse batchGet(int partition, BatchGetRequest request) {
        BatchGetResponse reply = new BatchGetResponse();
        for (FullKey key : request.getKeys()) {
            byte[] value = rowsOf(partition)
                    .get(StoredKey.of(key.getHashKey().bytes(), key.getSortKey().bytes()));
            if (value != null) {
                reply.addToData(new FullData(key.getHashKey(), key.getSortKey(), Blob.of(value)));
            }
        }
        return reply;
    }

    /** A scan that stands at a key. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record OpenScan(GetScannerRequest request, byte[] from, boolean inclusive) {}

    private ScanResponse batch(int partition, OpenScan scan) {
        ScanResponse reply = new ScanResponse().setContextId(-1).setKvs(new ArrayList<>());
        GetScannerRequest request = scan.request();
        int rows = 0;
        byte[] last = scan.from();
        for (Map.Entry<byte[], byte[]> row : rowsOf(partition)
                .tailMap(scan.from(), scan.inclusive())
                .headMap(request.getStopKey().bytes(), request.isStopInclusive())
                .entrySet()) {
            if (rows == request.getBatchSize()) {
                reply.setContextId(nextScan++);
                scans.put(reply.getContextId(), new OpenScan(request, last, false));
                break;
            }
            rows++;
            last = row.getKey();
            if (!request.isOnlyReturnCount()) {
                reply.addToKvs(new KeyValue()
                        .setKey(Blob.of(row.getKey()))
                        .setValue(Blob.of(request.isNoValue() ? new byte[0] : row.getValue())));
            }
        }
        if (request.isOnlyReturnCount()) {
            reply.setKvCount(rows);
        }
        if (request.isReturnExpireTs()) {
            reply.getKvs().forEach(row -> row.setExpireTsSeconds(row.getValue().bytes()[0] - '0'));
        }
        return reply;
    }

    private interface Serve<Q, R> {
        R serve(int partition, Q request);
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void serve(
            HostPort address, Rpc<Q, R> code, Serve<Q, R> serve) {
        rpc.server(address).on(code, Access.CLIENTS, (caller, header, request, responder) -> {
            List<ErrorCode> scripted = refusals.getOrDefault(address, List.of());
            int partition = header.gpid().partitionIndex();
            if (!scripted.isEmpty()) {
                ErrorCode error = scripted.remove(0);
                if (error == ErrorCode.ERR_TIMEOUT) {
                    return; // silence
                }
                responder.fail(error);
            } else if (!address.equals(primaries.get(partition))) {
                responder.fail(ErrorCode.ERR_INVALID_STATE);
            } else {
                // A code has one pair of types.
                @SuppressWarnings("unchecked")
                Function<Q, R> answer = (Function<Q, R>) answers.get(code.taskCode());
                responder.reply(answer == null ? serve.serve(partition, request) : answer.apply(request));
            }
        });
    }
}
