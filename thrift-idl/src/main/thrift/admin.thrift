// Routing, apps, nodes and remote commands: the administration part of the client protocol, without bulk load.
// Field ids are the protocol's; names are ours. What a client leaves out is the empty value; an enum that this version does
// not know reads as null. The host-name twins of addresses (hp...) are understood and never sent.
namespace java dev.sluice.wire.admin

include "base.thrift"

// ---- Enumerations

enum AppStatus {
    AS_INVALID = 0,
    AS_AVAILABLE = 1,
    AS_CREATING = 2,
    AS_CREATE_FAILED = 3,
    AS_DROPPING = 4,
    AS_DROP_FAILED = 5,
    AS_DROPPED = 6,
    AS_RECALLING = 7
}

enum NodeStatus {
    NS_INVALID = 0,
    NS_ALIVE = 1,
    NS_UNALIVE = 2
}

enum AppEnvOperation {
    APP_ENV_OP_INVALID = 0,
    APP_ENV_OP_SET = 1,
    APP_ENV_OP_DEL = 2,
    APP_ENV_OP_CLEAR = 3
}

enum PatternMatchType {
    PMT_INVALID = 0,
    PMT_MATCH_ALL = 1,
    PMT_MATCH_EXACT = 2,
    PMT_MATCH_ANYWHERE = 3,
    PMT_MATCH_PREFIX = 4,
    PMT_MATCH_POSTFIX = 5,
    PMT_MATCH_REGEX = 6
}

enum MetaFunctionLevel {
    FL_STOPPED = 100,
    FL_BLIND = 200,
    FL_FREEZED = 300,
    FL_STEADY = 400,
    FL_LIVELY = 500,
    FL_INVALID = 10000
}

enum ConfigType {
    CT_INVALID = 0,
    CT_ASSIGN_PRIMARY = 1,
    CT_UPGRADE_TO_PRIMARY = 2,
    CT_ADD_SECONDARY = 3,
    CT_UPGRADE_TO_SECONDARY = 4,
    CT_DOWNGRADE_TO_SECONDARY = 5,
    CT_DOWNGRADE_TO_INACTIVE = 6,
    CT_REMOVE = 7,
    CT_ADD_SECONDARY_FOR_LB = 8,
    CT_PRIMARY_FORCE_UPDATE_BALLOT = 9,
    CT_DROP_PARTITION = 10,
    CT_REGISTER_CHILD = 11
}

enum BalancerRequestType {
    MOVE_PRIMARY = 0,
    COPY_PRIMARY = 1,
    COPY_SECONDARY = 2
}

enum PartitionStatus {
    PS_INVALID = 0,
    PS_INACTIVE = 1,
    PS_ERROR = 2,
    PS_PRIMARY = 3,
    PS_SECONDARY = 4,
    PS_POTENTIAL_SECONDARY = 5,
    PS_PARTITION_SPLIT = 6
}

enum ManualCompactionStatus {
    IDLE = 0,
    QUEUING = 1,
    RUNNING = 2,
    FINISHED = 3
}

enum NegotiationStatus {
    INVALID = 0,
    SASL_LIST_MECHANISMS = 1,
    SASL_LIST_MECHANISMS_RESP = 2,
    SASL_SELECT_MECHANISMS = 3,
    SASL_SELECT_MECHANISMS_RESP = 4,
    SASL_INITIATE = 5,
    SASL_CHALLENGE = 6,
    SASL_CHALLENGE_RESP = 7,
    SASL_SUCC = 8,
    SASL_AUTH_DISABLE = 9,
    SASL_AUTH_FAIL = 10
}

// ---- Routing

struct QueryConfigRequest {
    1: string appName = "";
    2: list<i32> partitionIndices = [];   // empty: all
}

struct PartitionConfiguration {
    1: base.WireGpid pid = {};
    2: i64 ballot;                   // at least 1 when served
    3: i32 maxReplicaCount;
    4: base.WireAddress primary = {};
    5: list<base.WireAddress> secondaries = [];
    6: list<base.WireAddress> lastDrops = [];
    7: i64 lastCommittedDecree;
    8: i32 partitionFlags;
    9: optional base.WireHostPort hpPrimary;
    10: optional list<base.WireHostPort> hpSecondaries;
    11: optional list<base.WireHostPort> hpLastDrops;
}

struct QueryConfigResponse {
    1: base.WireErrorCode err = {};
    2: i32 appId;
    3: i32 partitionCount;
    4: bool isStateful;              // true for every app
    5: list<PartitionConfiguration> partitions = [];
}

// ---- Apps

struct AppInfo {
    1: AppStatus status = AppStatus.AS_INVALID;
    2: string appType = "";
    3: string appName = "";
    4: i32 appId;
    5: i32 partitionCount;
    6: map<string, string> envs = {};
    7: bool isStateful;
    8: i32 maxReplicaCount;
    9: i64 expireSecond;             // unix time when a dropped app is purged
    10: i64 createSecond;
    11: i64 dropSecond;
    12: optional bool duplicating;
    13: i32 initPartitionCount = -1;
    14: optional bool isBulkLoading;
    15: optional bool atomicIdempotent;
}

struct CreateAppOptions {
    1: i32 partitionCount;
    2: i32 replicaCount;
    3: bool successIfExist;
    4: string appType = "";
    5: bool isStateful;
    6: map<string, string> envs = {};
    7: optional bool atomicIdempotent;
}

struct CreateAppRequest {
    1: string appName = "";
    2: CreateAppOptions options = {};
}

struct CreateAppResponse {
    1: base.WireErrorCode err = {};
    2: i32 appid;
}

struct DropAppOptions {
    1: bool successIfNotExist;
    2: optional i64 reserveSeconds;
}

struct DropAppRequest {
    1: string appName = "";
    2: DropAppOptions options = {};
}

struct DropAppResponse {
    1: base.WireErrorCode err = {};
}

struct RenameAppRequest {
    1: string oldAppName = "";
    2: string newAppName = "";
}

struct RenameAppResponse {
    1: base.WireErrorCode err = {};
    2: string hintMessage = "";
}

struct RecallAppRequest {
    1: i32 appId;
    2: string newAppName = "";       // empty: the old name
}

struct RecallAppResponse {
    1: base.WireErrorCode err = {};
    2: AppInfo info = {};
}

struct ListAppsRequest {
    1: AppStatus status = AppStatus.AS_INVALID;   // AS_INVALID: all
    2: optional string appNamePattern;
    3: optional PatternMatchType matchType;
}

struct ListAppsResponse {
    1: base.WireErrorCode err = {};
    2: list<AppInfo> infos = [];
    3: optional string hintMessage;
}

struct UpdateAppEnvRequest {
    1: string appName = "";
    2: AppEnvOperation op = AppEnvOperation.APP_ENV_OP_INVALID;
    3: optional list<string> keys;
    4: optional list<string> values;
    5: optional string clearPrefix;
}

struct UpdateAppEnvResponse {
    1: base.WireErrorCode err = {};
    2: string hintMessage = "";
}

struct StartManualCompactRequest {
    1: string appName = "";
    2: optional i64 triggerTime;
    3: optional i32 targetLevel;
    4: optional bool bottommost;
    5: optional i32 maxRunningCount;
}

struct StartManualCompactResponse {
    1: base.WireErrorCode err = {};
    2: string hintMsg = "";
}

struct QueryManualCompactRequest {
    1: string appName = "";
}

struct QueryManualCompactResponse {
    1: base.WireErrorCode err = {};
    2: string hintMsg = "";
    3: optional i32 progress;
}

struct GetMaxReplicaCountRequest {
    1: string appName = "";
}

struct GetMaxReplicaCountResponse {
    1: base.WireErrorCode err = {};
    2: i32 maxReplicaCount;
    3: string hintMessage = "";
}

struct SetMaxReplicaCountRequest {
    1: string appName = "";
    2: i32 maxReplicaCount;
}

struct SetMaxReplicaCountResponse {
    1: base.WireErrorCode err = {};
    2: i32 oldMaxReplicaCount;
    3: string hintMessage = "";
}

struct GetAtomicIdempotentRequest {
    1: string appName = "";
}

struct GetAtomicIdempotentResponse {
    1: base.WireErrorCode err = {};
    2: bool atomicIdempotent;
    3: string hintMessage = "";
}

struct SetAtomicIdempotentRequest {
    1: string appName = "";
    2: bool atomicIdempotent;
}

struct SetAtomicIdempotentResponse {
    1: base.WireErrorCode err = {};
    2: bool oldAtomicIdempotent;
    3: string hintMessage = "";
}

// ---- Nodes and cluster

struct NodeInfo {
    1: NodeStatus status = NodeStatus.NS_INVALID;
    2: base.WireAddress node = {};
    3: optional base.WireHostPort hpNode;
}

struct ListNodesRequest {
    1: NodeStatus status = NodeStatus.NS_INVALID;   // NS_INVALID: all
}

struct ListNodesResponse {
    1: base.WireErrorCode err = {};
    2: list<NodeInfo> infos = [];
}

struct ClusterInfoRequest {}

struct ClusterInfoResponse {
    1: base.WireErrorCode err = {};
    2: list<string> keys = [];
    3: list<string> values = [];
}

struct MetaControlRequest {
    1: MetaFunctionLevel level = MetaFunctionLevel.FL_INVALID;
}

struct MetaControlResponse {
    1: base.WireErrorCode err = {};
    2: MetaFunctionLevel oldLevel = MetaFunctionLevel.FL_INVALID;
}

struct ProposalAction {
    1: base.WireAddress target = {};
    2: base.WireAddress node = {};
    3: ConfigType type = ConfigType.CT_INVALID;
    5: optional base.WireHostPort hpTarget;
    6: optional base.WireHostPort hpNode;
}

struct ProposeBalancerRequest {
    1: base.WireGpid gpid = {};
    2: list<ProposalAction> actionList = [];
    3: optional bool force;
    4: optional BalancerRequestType balanceType;
}

struct ProposeBalancerResponse {
    1: base.WireErrorCode err = {};
}

struct StartRecoveryRequest {
    1: list<base.WireAddress> recoveryNodes = [];
    2: bool skipBadNodes;
    3: bool skipLostPartitions;
    4: optional list<base.WireHostPort> hpRecoveryNodes;
}

struct StartRecoveryResponse {
    1: base.WireErrorCode err = {};
    2: string hintMessage = "";
}

struct DddDiagnoseRequest {
    1: base.WireGpid pid = {};       // app -1: all; index -1: the whole app
}

struct DddNodeInfo {
    1: base.WireAddress node = {};
    2: i64 dropTimeMs;
    3: bool isAlive;
    4: bool isCollected;
    5: i64 ballot;
    6: i64 lastCommittedDecree;
    7: i64 lastPreparedDecree;
    8: optional base.WireHostPort hpNode;
}

struct DddPartitionInfo {
    1: PartitionConfiguration config = {};
    2: list<DddNodeInfo> dropped = [];
    3: string reason = "";
}

struct DddDiagnoseResponse {
    1: base.WireErrorCode err = {};
    2: list<DddPartitionInfo> partitions = [];
}

// ---- Services of Pegasus that Sluice does not have under these codes: every field of the request is skipped, and every field
// of the answer that is not optional is there, since clients read them without asking.

struct AbsentServiceRequest {}

// Splits, backups and backup policies, where the answer is an error and a text.
struct AbsentServiceResponse {
    1: base.WireErrorCode err = {};
    2: string hint = "";
}

struct AbsentEntry {}

struct QuerySplitResponse {
    1: base.WireErrorCode err = {};
    2: i32 newPartitionCount;
    3: map<i32, i32> status = {};
    4: optional string hintMsg;
}

struct QueryRestoreResponse {
    1: base.WireErrorCode err = {};
    2: list<base.WireErrorCode> restoreStatus = [];
    3: list<i32> restoreProgress = [];
}

struct QueryBackupPolicyResponse {
    1: base.WireErrorCode err = {};
    2: list<AbsentEntry> policies = [];
    3: list<list<AbsentEntry>> backupInfos = [];
    4: optional string hintMsg;
}

struct AddDuplicationResponse {
    1: base.WireErrorCode err = {};
    2: i32 appId;
    3: i32 dupId;
    4: optional string hint;
}

struct ModifyDuplicationResponse {
    1: base.WireErrorCode err = {};
    2: i32 appId;
}

struct QueryDuplicationResponse {
    1: base.WireErrorCode err = {};
    3: i32 appId;
    4: list<AbsentEntry> entries = [];
}

struct ListDuplicationResponse {
    1: base.WireErrorCode err = {};
    2: string hintMessage = "";
    3: map<string, AbsentEntry> appStates = {};
}

// ---- Replica servers

struct Command {
    1: string cmd = "";
    2: list<string> arguments = [];
}

struct QueryDiskInfoRequest {
    1: base.WireAddress node = {};   // unused
    2: string appName = "";          // empty: all
    3: optional base.WireHostPort hpNode;
}

struct DiskInfo {
    1: string tag = "";
    2: string fullDir = "";
    3: i64 diskCapacityMb;           // never 0: a tool divides by it
    4: i64 diskAvailableMb;
    5: map<i32, set<base.WireGpid>> holdingPrimaryReplicas = {};
    6: map<i32, set<base.WireGpid>> holdingSecondaryReplicas = {};
}

struct QueryDiskInfoResponse {
    1: base.WireErrorCode err = {};
    2: i64 totalCapacityMb;
    3: i64 totalAvailableMb;
    4: list<DiskInfo> diskInfos = [];
}

struct QueryReplicaInfoRequest {
    1: base.WireAddress node = {};
    2: optional base.WireHostPort hpNode;
}

struct ReplicaInfo {
    1: base.WireGpid pid = {};
    2: i64 ballot;
    3: PartitionStatus status = PartitionStatus.PS_INVALID;
    4: i64 lastCommittedDecree;
    5: i64 lastPreparedDecree;
    6: i64 lastDurableDecree;
    7: string appType = "";
    8: string diskTag = "";
    9: optional ManualCompactionStatus manualCompactStatus;
}

struct QueryReplicaInfoResponse {
    1: base.WireErrorCode err = {};
    2: list<ReplicaInfo> replicas = [];
}

struct QueryAppInfoRequest {
    1: base.WireAddress metaServer = {};
    2: optional base.WireHostPort hpMetaServer;
}

struct QueryAppInfoResponse {
    1: base.WireErrorCode err = {};
    2: list<AppInfo> apps = [];
}

struct QueryReplicaDecreeRequest {
    1: base.WireGpid pid = {};
    2: base.WireAddress node = {};
    3: optional base.WireHostPort hpNode;
}

struct QueryReplicaDecreeResponse {
    1: base.WireErrorCode err = {};
    2: i64 lastDecree;
}

// ---- Negotiation

struct NegotiationRequest {
    1: NegotiationStatus status = NegotiationStatus.INVALID;
    2: base.Blob msg = {};
}

struct NegotiationResponse {
    1: NegotiationStatus status = NegotiationStatus.INVALID;
    2: base.Blob msg = {};
}
