package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.Blob;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.MultiPutRequest;
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
    /** What servers answer instead of serving, one per request. */
    final Map<HostPort, List<ErrorCode>> refusals = new HashMap<>();

    private final Map<Integer, NavigableMap<byte[], byte[]>> rows = new HashMap<>();
    private final Map<Long, byte[]> scans = new HashMap<>();
    private long nextScan = 10;
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

    void refuse(HostPort server, ErrorCode... errors) {
        refusals.computeIfAbsent(server, key -> new ArrayList<>()).addAll(List.of(errors));
    }

    /** Scans that were opened are forgotten. */
    void loseScans() {
        scans.clear();
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
                    .setBallot(3)
                    .setMaxReplicaCount(1)
                    .setPrimary(Wire.addressOrNone(primaries.get(i))));
        }
        return reply;
    }

    private void replica(HostPort address) {
        RpcHandlers handlers = rpc.server(address);
        handlers.on(DataRpcs.PUT, Access.CLIENTS, serving(address, (partition, request) -> {
            rowsOf(partition).put(request.getKey().bytes(), request.getValue().bytes());
            return new UpdateResponse().setServer(address.toString());
        }));
        handlers.on(DataRpcs.MULTI_PUT, Access.CLIENTS, serving(address, this::multiPut));
        handlers.on(DataRpcs.GET, Access.CLIENTS, serving(address, (partition, request) -> {
            byte[] value = rowsOf(partition).get(request.bytes());
            return value == null
                    ? new ReadResponse().setError(1)
                    : new ReadResponse().setValue(Blob.of(value)).setServer(address.toString());
        }));
        handlers.on(DataRpcs.REMOVE, Access.CLIENTS, serving(address, (partition, request) -> {
            rowsOf(partition).remove(request.bytes());
            return new UpdateResponse();
        }));
        handlers.on(
                DataRpcs.TTL,
                Access.CLIENTS,
                serving(
                        address,
                        (partition, request) -> rowsOf(partition).containsKey(request.bytes())
                                ? new TtlResponse().setTtlSeconds(-1)
                                : new TtlResponse().setError(1)));
        handlers.on(
                DataRpcs.MULTI_GET,
                Access.CLIENTS,
                serving(
                        address,
                        (partition, request) ->
                                new MultiGetResponse().setError(7).setKvs(new ArrayList<>())));
        handlers.on(
                DataRpcs.GET_SCANNER,
                Access.CLIENTS,
                serving(
                        address,
                        (partition, request) -> batch(
                                partition,
                                request.getStartKey().bytes(),
                                request.isStartInclusive(),
                                request.getBatchSize())));
        handlers.on(DataRpcs.SCAN, Access.CLIENTS, serving(address, (partition, request) -> {
            byte[] behind = scans.remove(request.getContextId());
            return behind == null ? new ScanResponse().setError(1) : batch(partition, behind, false, 2);
        }));
        handlers.onOneWay(
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

    private ScanResponse batch(int partition, byte[] from, boolean inclusive, int rowsMax) {
        ScanResponse reply = new ScanResponse().setContextId(-1).setKvs(new ArrayList<>());
        for (Map.Entry<byte[], byte[]> row :
                rowsOf(partition).tailMap(from, inclusive).entrySet()) {
            if (reply.getKvsSize() == rowsMax) {
                reply.setContextId(nextScan++);
                scans.put(
                        reply.getContextId(),
                        reply.getKvs().get(rowsMax - 1).getKey().bytes());
                break;
            }
            reply.addToKvs(new KeyValue().setKey(Blob.of(row.getKey())).setValue(Blob.of(row.getValue())));
        }
        return reply;
    }

    private interface Serve<Q, R> {
        R serve(int partition, Q request);
    }

    private <Q, R> RpcHandlers.Handler<Q, R> serving(HostPort address, Serve<Q, R> serve) {
        return (caller, header, request, responder) -> {
            List<ErrorCode> scripted = refusals.getOrDefault(address, List.of());
            if (!scripted.isEmpty()) {
                ErrorCode error = scripted.remove(0);
                if (error == ErrorCode.ERR_TIMEOUT) {
                    return; // silence
                }
                responder.fail(error);
            } else if (!address.equals(primaries.get(header.gpid().partitionIndex()))) {
                responder.fail(ErrorCode.ERR_INVALID_STATE);
            } else {
                responder.reply(serve.serve(header.gpid().partitionIndex(), request));
            }
        };
    }
}
