// What the servers of one cluster say to each other. Not part of the client protocol: accepted only on a connection that
// began with a Hello of the same cluster. Unknown fields are skipped, so fields may be added; a change of meaning is a new
// format version. What a message means nothing without is required: one that lacks it is answered ERR_INVALID_DATA. A
// constant that the reader does not know is a field that is missing, so a new constant too is a new format version.
namespace java dev.sluice.wire.internal

include "base.thrift"

// ---- Every connection between servers begins with this (SLUICE_HELLO)

const i32 FORMAT_VERSION = 1

struct Hello {
    1: i32 formatVersion;
    2: string clusterId;             // empty: a replica server that belongs to no cluster yet
    3: base.WireAddress sender;
    4: i64 incarnation;
}

struct HelloReply {
    1: base.WireErrorCode err;       // ERR_CLUSTER_NOT_FOUND: another cluster's; ERR_VERSION_OUTDATED: a format that is too new
    2: i32 formatVersion;
    3: string clusterId;
    4: string hint;
}

// ---- Mutations: what is replicated, and what a log record holds

// One row written or removed. The primary has evaluated everything: these are results.
struct RowChange {
    1: required binary key;          // stored key
    2: optional binary value;        // stored value; absent: the row is removed
}

// A load takes effect here. Everything that a replica needs to apply it from its staged files.
struct PublishMutation {
    1: i64 loadId;
    2: i32 mode;                        // a LoadMode
    3: i64 epoch;
    4: required string manifestDigest;  // of this partition's manifest; of a rollback: the generation's id
}

// Exactly one of the fields is set; none: a mutation that changes nothing.
struct MutationBody {
    1: optional list<RowChange> rows;
    2: optional PublishMutation publish;
}

struct Mutation {
    1: i64 decree;
    2: i64 ballot;                   // under which the primary proposed it first
    3: i64 timestampUs;              // the primary's wall clock
    4: MutationBody body;
}

// ---- Node stream (SLUICE_NODE_STREAM): up

struct AppDescription {
    1: i32 appId;
    2: string appName;
    3: i32 partitionCount;
    4: i32 maxReplicaCount;
    5: map<string, string> envs;
}

struct ReplicaOnDisk {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: i64 lastCommittedDecree;
    4: i64 lastPreparedDecree;
    5: i64 lastDurableDecree;
    6: optional AppDescription app;      // as the leader last described it: a lost meta group is rebuilt from these
    7: optional i64 lastPreparedBallot;  // under which the last mutation in the log was proposed; absent: not known
    8: optional bool failed;             // it cannot serve: damaged, or unable to apply what was committed
}

struct NodeHello {
    1: i32 formatVersion;
    2: string clusterId;             // empty: not yet of a cluster
    3: base.WireAddress address;
    4: i64 incarnation;
    5: list<ReplicaOnDisk> replicas;
}

struct Beat {
    1: i64 sequence;                 // only grows within one stream
}

// What one member of a partition says of a load. Whole state, not a change.
enum MemberPhase {
    NONE = 0,                        // holds nothing of any load
    WAITING = 1,                     // for a download slot
    DOWNLOADING = 2,
    STAGED = 3,
    PAUSED = 4,
    PUBLISHED = 5,                   // has applied the publish
    FAILED = 6
}

enum FailureScope {
    SOURCE = 0,                      // the file set is bad: the load fails
    NODE = 1                         // disk, memory of this node: the replica loses its place
}

struct MemberLoadState {
    1: i64 loadId;
    2: required MemberPhase phase;
    3: i64 bytesDone;
    4: i64 bytesTotal;
    5: i64 bytesPerSecond;
    6: i32 filesDone;
    7: i32 filesTotal;
    8: optional base.WireErrorCode error;
    9: optional FailureScope failureScope;
    10: optional string message;     // file, replica, reason
    11: optional string manifestDigest;
    12: i64 changeSequence;          // only grows within one incarnation of the member; an older one is dropped
    13: i64 incarnation;             // of the member
    14: optional bool verified;      // this member ran the deep checks of its partition
}

struct LearnerState {
    1: required base.WireAddress node;
    2: bool caughtUp;                // has all that the primary prepared, may become a secondary
    3: i64 lastPreparedDecree;
    4: optional string message;
    5: i64 signature;                // the one under which it asked to learn
}

struct PartitionLoadReport {
    1: i64 loadId;
    2: required map<base.WireAddress, MemberLoadState> members;   // primary, secondaries, learners, as the primary knows them; from an inactive replica: itself
}

enum ReplicaRole {
    INACTIVE = 0,
    PRIMARY = 1,
    SECONDARY = 2,
    LEARNER = 3,
    ERROR = 4
}

struct ReplicaReport {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: required ReplicaRole role;
    4: i64 lastCommittedDecree;
    5: i64 lastPreparedDecree;
    6: i64 lastDurableDecree;
    7: list<LearnerState> learners;                      // from a primary
    8: list<base.WireAddress> unreachable;               // members that do not answer the primary's prepares
    9: optional PartitionLoadReport load;                // from a primary or an inactive replica, while its directive names a load
    10: optional base.WireErrorCode error;               // with ERROR: why it cannot serve
    11: optional string message;
    12: i64 publishedLoadId;                             // of the last publish that this replica applied, 0: none
    13: optional i64 handedOver;                         // from a primary that was asked to hand over: the sequence that it was asked with, once it serves no more
    14: optional i64 compactedFor;                       // the manual_compact.once.trigger_time that its last finished compaction was asked with
}

// One data directory of a node.
struct DiskReport {
    1: string tag;
    2: string path;
    3: i64 capacityBytes;
    4: i64 availableBytes;
    5: i32 replicas;
    6: optional string trouble;      // what is wrong with it; with capacityBytes 0: left out since the node started
}

struct NodeReport {
    1: i64 incarnation;
    2: i64 term;                                         // of the leader that the node listens to
    3: list<ReplicaReport> replicas;                     // those that changed; a replica that is missing has not
    4: i64 diskCapacityBytes;
    5: i64 diskAvailableBytes;
    6: list<base.WireGpid> removed;                      // given up by directive, gone from disk
    7: optional list<DiskReport> disks;                  // the two numbers above are the sums over them
}

// One frame up the stream: exactly one field is set.
struct NodeStreamUp {
    1: optional NodeHello hello;                         // the first
    2: optional Beat beat;
    3: optional NodeReport report;
}

// ---- Node stream: down

struct NodeWelcome {
    1: base.WireErrorCode err;       // ERR_FORWARD_TO_OTHERS: not the leader; ERR_CLUSTER_NOT_FOUND: another cluster's data
    2: i64 term;
    3: string clusterId;
    4: optional base.WireAddress leader;
    5: i64 leaseMs;                  // counted by the node from sending a beat
    6: i64 beatIntervalMs;
    7: string hint;
}

struct BeatReply {
    1: i64 sequence;
    2: i64 term;
}

// What the leader wants of a partition's members in a load; goes to the primary, which hands it to its group.
enum LoadGoal {
    DOWNLOAD = 0,                    // be staged
    PAUSE = 1,                       // stop work, keep what is verified
    PUBLISH = 2,                     // be staged; the primary proposes the publish when all members say that they are
    CLEAN_UP = 3                     // have nothing of the load
}

struct LoadDirective {
    1: i64 loadId;
    2: required LoadGoal goal;
    3: required string providerName;         // a [block_service.<name>] section
    4: required string partitionPath;        // below the provider's root: R/C/A/<partition index>
    5: required string manifestDigest;       // pinned; empty until the leader has read the manifests
    6: i32 mode;                             // a LoadMode
    7: i64 epoch;                            // with PUBLISH
    8: i32 partitionCount;
    9: required string verify;               // full | checksum | size
    10: optional base.WireAddress verifier;  // the member that runs the deep checks; absent: every one
    11: optional bool awaitsTurn;            // with PUBLISH: the primary does not propose it yet, other partitions do first
    12: optional i32 priority;               // of those that wait for a slot of the node, a higher one goes first
}

// The whole desired state of one partition, to each of its members and learners.
struct PartitionDirective {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: optional base.WireAddress primary;
    4: list<base.WireAddress> secondaries;
    5: list<base.WireAddress> learners;                  // the primary teaches them; they are not members
    6: AppDescription app;
    7: optional LoadDirective load;                      // to the primary; to a replica that is in no group: what it may keep
    8: bool giveUp;                                      // to a node that is neither: a record says that its replica is garbage
    9: i32 minReplicaCount;                              // members needed for a write (mutation_2pc_min_replica_count, bounded)
    10: optional i64 sequence;                           // of what is said under one ballot: an older one changes nothing
    11: optional bool handOver;                          // the primary is to stop serving, and to report the sequence when it has
    12: list<i64> signatures;                            // of the learners, each in its place: another one each time that a node is made a learner
}

struct Directives {
    1: i64 term;
    2: list<PartitionDirective> partitions;
    3: bool complete;                // the last frame of a full listing: a replica not named in it is to be inactive
}

// One frame down the stream: exactly one field is set.
struct NodeStreamDown {
    1: optional NodeWelcome welcome; // the first
    2: optional BeatReply beat;
    3: optional Directives directives;
}

// ---- Inside a group

// SLUICE_PREPARE: primary to secondaries and learners, one round at a time in decree order.
struct PrepareRequest {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: required base.WireAddress primary;
    4: required list<Mutation> mutations;  // may be empty: carries the commit point alone
    5: i64 lastCommittedDecree;
    6: bool toLearner;
    7: i64 learnId;                        // with toLearner: of the learning round it belongs to
    8: i64 firstOfBallot;                  // what a secondary holds from here on under an older ballot and is not sent again is dropped
}

struct PrepareReply {
    1: base.WireErrorCode err;       // ERR_INVALID_STATE: not in that role; ERR_VERSION_OUTDATED: an old ballot; ERR_INCONSISTENT_STATE: a gap
    2: i64 ballot;
    3: i64 lastPreparedDecree;       // all up to here are in the log
    4: i64 lastCommittedDecree;
    5: i64 incarnation;
}

// SLUICE_LEARN: a learner to its primary.
enum LearnKind {
    NOTHING = 0,                     // the learner has all
    LOG = 1,
    CHECKPOINT = 2
}

struct LearnRequest {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: required base.WireAddress learner;
    4: i64 learnId;                  // chosen by the learner, grows
    5: i64 lastCommittedDecree;      // what it has applied
    6: i64 signature;                // under which the leader made it a learner
    7: bool needsCheckpoint;         // its engine is empty or damaged
    8: i64 stagedLoadId;             // 0: none
}

struct LearnFile {
    1: required string name;
    2: i64 size;
    3: i64 crc32c;
}

struct LearnReply {
    1: base.WireErrorCode err;
    2: LearnKind kind;
    3: list<Mutation> mutations;     // LOG: committed ones from lastCommittedDecree + 1; bounded, asked for again until NOTHING
    4: i64 checkpointId;
    5: list<LearnFile> files;
    6: i64 checkpointDecree;
    7: i64 firstPrepareDecree;       // prepares from here on are sent to the learner
    8: string hint;
}

// SLUICE_LEARN_FILE
struct LearnFileRequest {
    1: required base.WireGpid gpid;
    2: i64 checkpointId;
    3: required string name;
    4: i64 offset;
    5: i32 length;
}

struct LearnFileReply {
    1: base.WireErrorCode err;
    2: binary content;
    3: i64 crc32c;
}

// SLUICE_LEARN_END: the checkpoint is no longer needed.
struct LearnEndRequest {
    1: required base.WireGpid gpid;
    2: i64 checkpointId;
}

struct LearnEndReply {
    1: base.WireErrorCode err;
}

// SLUICE_GROUP_LOAD: primary to secondaries and learners, on change and at a slow beat.
struct GroupLoadRequest {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: required base.WireAddress primary;
    4: required LoadDirective load;
    5: i64 sequence;                         // the newest wins
    6: optional bool relayed;                // the members read from each other; else each reads the store
    7: optional base.WireAddress relayedBy;  // relayed: whom the receiver reads from; itself: the store; unset: not known yet
}

struct GroupLoadReply {
    1: base.WireErrorCode err;
    2: MemberLoadState state;
}

// SLUICE_LOAD_PROGRESS: a member to its primary, when its state changed.
struct LoadProgressRequest {
    1: required base.WireGpid gpid;
    2: i64 ballot;
    3: required base.WireAddress member;
    4: required MemberLoadState state;
}

struct LoadProgressReply {
    1: base.WireErrorCode err;
}

// SLUICE_LOAD_PART: a member to the one before it in the relay of their group. CRC32C of the content, and of the whole file
// once it is there and right.
struct LoadPartRequest {
    1: required base.WireGpid gpid;
    2: i64 loadId;
    3: required string manifestDigest;
    4: required string file;
    5: i64 offset;
    6: i32 length;
}

struct LoadPartReply {
    1: base.WireErrorCode err;
    2: binary content;               // as much of it as is there; empty if none is
    3: i64 crc32c;
    4: i64 bytesMoved;               // written or hashed, of the load: it stands still when the download does
    5: bool right;                   // the whole file is there and right
    6: optional i64 fileCrc32c;
}
