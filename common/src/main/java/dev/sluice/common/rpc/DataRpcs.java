package dev.sluice.common.rpc;

import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.WireNothing;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.BatchGetResponse;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.CheckAndMutateResponse;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.CheckAndSetResponse;
import dev.sluice.wire.data.CountResponse;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.IncrResponse;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.MultiRemoveResponse;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.ScanRequest;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.data.TtlResponse;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;

/** What clients ask of a partition. The header of each names the partition. */
public final class DataRpcs {
    /** Codes that begin with this are for a partition, and exist only with an app id above 0 in the header. */
    public static final String PREFIX = "RPC_RRDB_";

    public static final Rpc<UpdateRequest, UpdateResponse> PUT =
            new Rpc<>("RPC_RRDB_RRDB_PUT", UpdateRequest::new, UpdateResponse::new);

    public static final Rpc<MultiPutRequest, UpdateResponse> MULTI_PUT =
            new Rpc<>("RPC_RRDB_RRDB_MULTI_PUT", MultiPutRequest::new, UpdateResponse::new);

    /** The blob is the stored key. */
    public static final Rpc<Blob, UpdateResponse> REMOVE =
            new Rpc<>("RPC_RRDB_RRDB_REMOVE", Blob::new, UpdateResponse::new);

    public static final Rpc<MultiRemoveRequest, MultiRemoveResponse> MULTI_REMOVE =
            new Rpc<>("RPC_RRDB_RRDB_MULTI_REMOVE", MultiRemoveRequest::new, MultiRemoveResponse::new);

    public static final Rpc<IncrRequest, IncrResponse> INCR =
            new Rpc<>("RPC_RRDB_RRDB_INCR", IncrRequest::new, IncrResponse::new);

    public static final Rpc<CheckAndSetRequest, CheckAndSetResponse> CHECK_AND_SET =
            new Rpc<>("RPC_RRDB_RRDB_CHECK_AND_SET", CheckAndSetRequest::new, CheckAndSetResponse::new);

    public static final Rpc<CheckAndMutateRequest, CheckAndMutateResponse> CHECK_AND_MUTATE =
            new Rpc<>("RPC_RRDB_RRDB_CHECK_AND_MUTATE", CheckAndMutateRequest::new, CheckAndMutateResponse::new);

    /** The blob is the stored key. */
    public static final Rpc<Blob, ReadResponse> GET = new Rpc<>("RPC_RRDB_RRDB_GET", Blob::new, ReadResponse::new);

    public static final Rpc<MultiGetRequest, MultiGetResponse> MULTI_GET =
            new Rpc<>("RPC_RRDB_RRDB_MULTI_GET", MultiGetRequest::new, MultiGetResponse::new);

    public static final Rpc<BatchGetRequest, BatchGetResponse> BATCH_GET =
            new Rpc<>("RPC_RRDB_RRDB_BATCH_GET", BatchGetRequest::new, BatchGetResponse::new);

    /** The blob is the hash key, without a length in front. */
    public static final Rpc<Blob, CountResponse> SORTKEY_COUNT =
            new Rpc<>("RPC_RRDB_RRDB_SORTKEY_COUNT", Blob::new, CountResponse::new);

    /** The blob is the stored key. */
    public static final Rpc<Blob, TtlResponse> TTL = new Rpc<>("RPC_RRDB_RRDB_TTL", Blob::new, TtlResponse::new);

    public static final Rpc<GetScannerRequest, ScanResponse> GET_SCANNER =
            new Rpc<>("RPC_RRDB_RRDB_GET_SCANNER", GetScannerRequest::new, ScanResponse::new);

    public static final Rpc<ScanRequest, ScanResponse> SCAN =
            new Rpc<>("RPC_RRDB_RRDB_SCAN", ScanRequest::new, ScanResponse::new);

    /** The number is the context id. Never answered: register it with {@link RpcHandlers#onOneWay}. */
    public static final Rpc<WireLong, WireNothing> CLEAR_SCANNER =
            new Rpc<>("RPC_RRDB_RRDB_CLEAR_SCANNER", WireLong::new, WireNothing::new);

    private DataRpcs() {}
}
