// Bulk load as clients and admin tools see it. Field ids are the protocol's; names are ours.
namespace java dev.sluice.wire.bulkload

include "base.thrift"

enum BulkLoadStatus {
    BLS_INVALID = 0,
    BLS_DOWNLOADING = 1,
    BLS_DOWNLOADED = 2,
    BLS_INGESTING = 3,
    BLS_SUCCEED = 4,
    BLS_FAILED = 5,
    BLS_PAUSING = 6,
    BLS_PAUSED = 7,
    BLS_CANCELED = 8
}

enum IngestionStatus {
    IS_INVALID = 0,
    IS_RUNNING = 1,
    IS_SUCCEED = 2,
    IS_FAILED = 3
}

// How a load's rows meet the rows that are there.
enum LoadMode {
    MERGE = 0,       // loaded rows win
    BEHIND = 1,      // rows that are there win, deleted ones too
    REPLACE = 2,     // the loaded rows are all there is
    ROLLBACK = 3     // not a load of rows: a generation that was kept is current again
}

enum BulkLoadControlType {
    BLC_PAUSE = 0,
    BLC_RESTART = 1,
    BLC_CANCEL = 2,
    BLC_FORCE_CANCEL = 3
}

struct StartBulkLoadRequest {
    1: string appName = "";
    2: string clusterName = "";      // second path element of the remote layout
    3: string fileProviderType = ""; // a [block_service.<name>] section
    4: string remoteRootPath = "";
    5: bool ingestBehind;
    // Fields of ours: other clients do not send them, other servers skip them.
    1001: optional i32 mode;          // a LoadMode; ingestBehind says it if this is not set
    1002: optional i64 rollbackTo;    // with ROLLBACK: the generation that is to be current again
    1003: optional bool dryRun;       // only checks; the hint says what the load would do
    1004: optional i32 priority;      // -9 to 9, absent: 0; of those that wait for a slot to download, a higher one goes first
}

struct StartBulkLoadResponse {
    1: base.WireErrorCode err = {};
    2: string hintMsg = "";
}

struct ControlBulkLoadRequest {
    1: string appName = "";
    2: BulkLoadControlType type;     // null if a client sent another number
}

struct ControlBulkLoadResponse {
    1: base.WireErrorCode err = {};
    2: optional string hintMsg;
}

struct QueryBulkLoadRequest {
    1: string appName = "";
}

// Of one replica.
struct PartitionBulkLoadState {
    1: optional i32 downloadProgress;
    2: optional base.WireErrorCode downloadStatus;
    3: optional IngestionStatus ingestStatus;
    4: optional bool isCleanedUp;
    5: optional bool isPaused;
}

struct QueryBulkLoadResponse {
    1: base.WireErrorCode err = {};
    2: string appName = "";
    3: BulkLoadStatus appStatus = BulkLoadStatus.BLS_INVALID;
    4: list<BulkLoadStatus> partitionsStatus = [];
    5: i32 maxReplicaCount;
    6: list<map<base.WireAddress, PartitionBulkLoadState>> bulkLoadStates = [];   // one per partition
    7: optional string hintMsg;
    8: optional bool isBulkLoading;
    9: optional list<map<base.WireHostPort, PartitionBulkLoadState>> hpBulkLoadStates;
}

struct ClearBulkLoadStateRequest {
    1: string appName = "";
}

struct ClearBulkLoadStateResponse {
    1: base.WireErrorCode err = {};
    2: string hintMsg = "";
}
