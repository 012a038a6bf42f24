package dev.sluice.common.rpc;

import dev.sluice.wire.WireString;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.Command;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.admin.CreateAppResponse;
import dev.sluice.wire.admin.DddDiagnoseRequest;
import dev.sluice.wire.admin.DddDiagnoseResponse;
import dev.sluice.wire.admin.DropAppRequest;
import dev.sluice.wire.admin.DropAppResponse;
import dev.sluice.wire.admin.GetAtomicIdempotentRequest;
import dev.sluice.wire.admin.GetAtomicIdempotentResponse;
import dev.sluice.wire.admin.GetMaxReplicaCountRequest;
import dev.sluice.wire.admin.GetMaxReplicaCountResponse;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.ListAppsResponse;
import dev.sluice.wire.admin.ListNodesRequest;
import dev.sluice.wire.admin.ListNodesResponse;
import dev.sluice.wire.admin.MetaControlRequest;
import dev.sluice.wire.admin.MetaControlResponse;
import dev.sluice.wire.admin.NegotiationRequest;
import dev.sluice.wire.admin.NegotiationResponse;
import dev.sluice.wire.admin.ProposeBalancerRequest;
import dev.sluice.wire.admin.ProposeBalancerResponse;
import dev.sluice.wire.admin.QueryAppInfoRequest;
import dev.sluice.wire.admin.QueryAppInfoResponse;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryDiskInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.admin.QueryManualCompactRequest;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.QueryReplicaDecreeRequest;
import dev.sluice.wire.admin.QueryReplicaDecreeResponse;
import dev.sluice.wire.admin.QueryReplicaInfoRequest;
import dev.sluice.wire.admin.QueryReplicaInfoResponse;
import dev.sluice.wire.admin.RecallAppRequest;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppRequest;
import dev.sluice.wire.admin.RenameAppResponse;
import dev.sluice.wire.admin.SetAtomicIdempotentRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentResponse;
import dev.sluice.wire.admin.SetMaxReplicaCountRequest;
import dev.sluice.wire.admin.SetMaxReplicaCountResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.StartManualCompactResponse;
import dev.sluice.wire.admin.StartRecoveryRequest;
import dev.sluice.wire.admin.StartRecoveryResponse;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.admin.UpdateAppEnvResponse;
import dev.sluice.wire.bulkload.ClearBulkLoadStateRequest;
import dev.sluice.wire.bulkload.ClearBulkLoadStateResponse;
import dev.sluice.wire.bulkload.ControlBulkLoadRequest;
import dev.sluice.wire.bulkload.ControlBulkLoadResponse;
import dev.sluice.wire.bulkload.QueryBulkLoadRequest;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadResponse;

/** What clients and admin tools ask of a server as a whole. Handlers must not read the partition of the header. */
public final class AdminRpcs {
    // Meta server: routing and apps

    public static final Rpc<QueryConfigRequest, QueryConfigResponse> QUERY_CONFIG =
            new Rpc<>("RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX", QueryConfigRequest::new, QueryConfigResponse::new);

    public static final Rpc<CreateAppRequest, CreateAppResponse> CREATE_APP =
            new Rpc<>("RPC_CM_CREATE_APP", CreateAppRequest::new, CreateAppResponse::new);

    public static final Rpc<DropAppRequest, DropAppResponse> DROP_APP =
            new Rpc<>("RPC_CM_DROP_APP", DropAppRequest::new, DropAppResponse::new);

    public static final Rpc<RecallAppRequest, RecallAppResponse> RECALL_APP =
            new Rpc<>("RPC_CM_RECALL_APP", RecallAppRequest::new, RecallAppResponse::new);

    public static final Rpc<RenameAppRequest, RenameAppResponse> RENAME_APP =
            new Rpc<>("RPC_CM_RENAME_APP", RenameAppRequest::new, RenameAppResponse::new);

    public static final Rpc<ListAppsRequest, ListAppsResponse> LIST_APPS =
            new Rpc<>("RPC_CM_LIST_APPS", ListAppsRequest::new, ListAppsResponse::new);

    public static final Rpc<UpdateAppEnvRequest, UpdateAppEnvResponse> UPDATE_APP_ENV =
            new Rpc<>("RPC_CM_UPDATE_APP_ENV", UpdateAppEnvRequest::new, UpdateAppEnvResponse::new);

    public static final Rpc<StartManualCompactRequest, StartManualCompactResponse> START_MANUAL_COMPACT =
            new Rpc<>("RPC_CM_START_MANUAL_COMPACT", StartManualCompactRequest::new, StartManualCompactResponse::new);

    public static final Rpc<QueryManualCompactRequest, QueryManualCompactResponse> QUERY_MANUAL_COMPACT_STATUS =
            new Rpc<>(
                    "RPC_CM_QUERY_MANUAL_COMPACT_STATUS",
                    QueryManualCompactRequest::new,
                    QueryManualCompactResponse::new);

    public static final Rpc<GetMaxReplicaCountRequest, GetMaxReplicaCountResponse> GET_MAX_REPLICA_COUNT =
            new Rpc<>("RPC_CM_GET_MAX_REPLICA_COUNT", GetMaxReplicaCountRequest::new, GetMaxReplicaCountResponse::new);

    public static final Rpc<SetMaxReplicaCountRequest, SetMaxReplicaCountResponse> SET_MAX_REPLICA_COUNT =
            new Rpc<>("RPC_CM_SET_MAX_REPLICA_COUNT", SetMaxReplicaCountRequest::new, SetMaxReplicaCountResponse::new);

    public static final Rpc<GetAtomicIdempotentRequest, GetAtomicIdempotentResponse> GET_ATOMIC_IDEMPOTENT = new Rpc<>(
            "RPC_CM_GET_ATOMIC_IDEMPOTENT", GetAtomicIdempotentRequest::new, GetAtomicIdempotentResponse::new);

    public static final Rpc<SetAtomicIdempotentRequest, SetAtomicIdempotentResponse> SET_ATOMIC_IDEMPOTENT = new Rpc<>(
            "RPC_CM_SET_ATOMIC_IDEMPOTENT", SetAtomicIdempotentRequest::new, SetAtomicIdempotentResponse::new);

    // Meta server: nodes and cluster

    public static final Rpc<ListNodesRequest, ListNodesResponse> LIST_NODES =
            new Rpc<>("RPC_CM_LIST_NODES", ListNodesRequest::new, ListNodesResponse::new);

    public static final Rpc<ClusterInfoRequest, ClusterInfoResponse> CLUSTER_INFO =
            new Rpc<>("RPC_CM_CLUSTER_INFO", ClusterInfoRequest::new, ClusterInfoResponse::new);

    public static final Rpc<MetaControlRequest, MetaControlResponse> CONTROL_META =
            new Rpc<>("RPC_CM_CONTROL_META", MetaControlRequest::new, MetaControlResponse::new);

    public static final Rpc<ProposeBalancerRequest, ProposeBalancerResponse> PROPOSE_BALANCER =
            new Rpc<>("RPC_CM_PROPOSE_BALANCER", ProposeBalancerRequest::new, ProposeBalancerResponse::new);

    public static final Rpc<StartRecoveryRequest, StartRecoveryResponse> START_RECOVERY =
            new Rpc<>("RPC_CM_START_RECOVERY", StartRecoveryRequest::new, StartRecoveryResponse::new);

    public static final Rpc<DddDiagnoseRequest, DddDiagnoseResponse> DDD_DIAGNOSE =
            new Rpc<>("RPC_CM_DDD_DIAGNOSE", DddDiagnoseRequest::new, DddDiagnoseResponse::new);

    // Meta server: bulk load

    public static final Rpc<StartBulkLoadRequest, StartBulkLoadResponse> START_BULK_LOAD =
            new Rpc<>("RPC_CM_START_BULK_LOAD", StartBulkLoadRequest::new, StartBulkLoadResponse::new);

    public static final Rpc<ControlBulkLoadRequest, ControlBulkLoadResponse> CONTROL_BULK_LOAD =
            new Rpc<>("RPC_CM_CONTROL_BULK_LOAD", ControlBulkLoadRequest::new, ControlBulkLoadResponse::new);

    public static final Rpc<QueryBulkLoadRequest, QueryBulkLoadResponse> QUERY_BULK_LOAD_STATUS =
            new Rpc<>("RPC_CM_QUERY_BULK_LOAD_STATUS", QueryBulkLoadRequest::new, QueryBulkLoadResponse::new);

    public static final Rpc<ClearBulkLoadStateRequest, ClearBulkLoadStateResponse> CLEAR_BULK_LOAD =
            new Rpc<>("RPC_CM_CLEAR_BULK_LOAD", ClearBulkLoadStateRequest::new, ClearBulkLoadStateResponse::new);

    // Replica server

    public static final Rpc<QueryDiskInfoRequest, QueryDiskInfoResponse> QUERY_DISK_INFO =
            new Rpc<>("RPC_QUERY_DISK_INFO", QueryDiskInfoRequest::new, QueryDiskInfoResponse::new);

    public static final Rpc<QueryReplicaInfoRequest, QueryReplicaInfoResponse> QUERY_REPLICA_INFO =
            new Rpc<>("RPC_QUERY_REPLICA_INFO", QueryReplicaInfoRequest::new, QueryReplicaInfoResponse::new);

    public static final Rpc<QueryAppInfoRequest, QueryAppInfoResponse> QUERY_APP_INFO =
            new Rpc<>("RPC_QUERY_APP_INFO", QueryAppInfoRequest::new, QueryAppInfoResponse::new);

    public static final Rpc<QueryReplicaDecreeRequest, QueryReplicaDecreeResponse> QUERY_REPLICA_DECREE =
            new Rpc<>("RPC_QUERY_PN_DECREE", QueryReplicaDecreeRequest::new, QueryReplicaDecreeResponse::new);

    // Every server

    /** A remote command; the answer is text. */
    public static final Rpc<Command, WireString> REMOTE_COMMAND =
            new Rpc<>("RPC_CLI_CLI_CALL", Command::new, WireString::new);

    public static final Rpc<NegotiationRequest, NegotiationResponse> NEGOTIATION =
            new Rpc<>("RPC_NEGOTIATION", NegotiationRequest::new, NegotiationResponse::new);

    private AdminRpcs() {}
}
