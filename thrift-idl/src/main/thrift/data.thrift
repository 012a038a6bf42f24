// Reads and writes of rows: the data part of the client protocol. Field ids are the protocol's; names are ours.
// What a client leaves out is the empty value. An enum that this version does not know reads as null.
namespace java dev.sluice.wire.data

include "base.thrift"

enum UpdateType {
    UT_PUT = 0,
    UT_INCR = 1,
    UT_CHECK_AND_SET = 2,
    UT_CHECK_AND_MUTATE_PUT = 3,
    UT_CHECK_AND_MUTATE_REMOVE = 4
}

enum FilterType {
    FT_NO_FILTER = 0,
    FT_MATCH_ANYWHERE = 1,
    FT_MATCH_PREFIX = 2,
    FT_MATCH_POSTFIX = 3
}

enum CasCheckType {
    CT_NO_CHECK = 0,
    CT_VALUE_NOT_EXIST = 1,
    CT_VALUE_NOT_EXIST_OR_EMPTY = 2,
    CT_VALUE_EXIST = 3,
    CT_VALUE_NOT_EMPTY = 4,
    CT_VALUE_MATCH_ANYWHERE = 5,
    CT_VALUE_MATCH_PREFIX = 6,
    CT_VALUE_MATCH_POSTFIX = 7,
    CT_VALUE_BYTES_LESS = 8,
    CT_VALUE_BYTES_LESS_OR_EQUAL = 9,
    CT_VALUE_BYTES_EQUAL = 10,
    CT_VALUE_BYTES_GREATER_OR_EQUAL = 11,
    CT_VALUE_BYTES_GREATER = 12,
    CT_VALUE_INT_LESS = 13,
    CT_VALUE_INT_LESS_OR_EQUAL = 14,
    CT_VALUE_INT_EQUAL = 15,
    CT_VALUE_INT_GREATER_OR_EQUAL = 16,
    CT_VALUE_INT_GREATER = 17
}

enum MutateOperation {
    MO_PUT = 0,
    MO_DELETE = 1
}

// put; 4 to 7 are the servers' own and ignored
struct UpdateRequest {
    1: base.Blob key = {};
    2: base.Blob value = {};
    3: i32 expireTsSeconds;
    4: optional UpdateType type;
    5: optional bool checkValueReturned;
    6: optional bool checkValueExist;
    7: optional base.Blob checkValue;
}

// put, remove, multi_put
struct UpdateResponse {
    1: i32 error;
    2: i32 appId;
    3: i32 partitionIndex;
    4: i64 decree;
    5: string server = "";
}

// get
struct ReadResponse {
    1: i32 error;
    2: base.Blob value = {};
    3: i32 appId;
    4: i32 partitionIndex;
    6: string server = "";
}

struct TtlResponse {
    1: i32 error;
    2: i32 ttlSeconds;
    3: i32 appId;
    4: i32 partitionIndex;
    6: string server = "";
}

// sortkey_count
struct CountResponse {
    1: i32 error;
    2: i64 count;
    3: i32 appId;
    4: i32 partitionIndex;
    6: string server = "";
}

struct KeyValue {
    1: base.Blob key = {};
    2: base.Blob value = {};
    3: optional i32 expireTsSeconds;
}

struct MultiPutRequest {
    1: base.Blob hashKey = {};
    2: list<KeyValue> kvs = [];      // key = sort key
    3: i32 expireTsSeconds;
}

struct MultiRemoveRequest {
    1: base.Blob hashKey = {};
    2: list<base.Blob> sortKeys = [];
    3: i64 maxCount;                 // ignored
}

struct MultiRemoveResponse {
    1: i32 error;
    2: i64 count;
    3: i32 appId;
    4: i32 partitionIndex;
    5: i64 decree;
    6: string server = "";
}

struct MultiGetRequest {
    1: base.Blob hashKey = {};
    2: list<base.Blob> sortKeys = [];
    3: i32 maxKvCount;
    4: i32 maxKvSize;
    5: bool noValue;
    6: base.Blob startSortKey = {};
    7: base.Blob stopSortKey = {};
    8: bool startInclusive;
    9: bool stopInclusive;
    10: FilterType sortKeyFilterType = FilterType.FT_NO_FILTER;
    11: base.Blob sortKeyFilterPattern = {};
    12: bool reverse;
}

struct MultiGetResponse {
    1: i32 error;
    2: list<KeyValue> kvs = [];      // key = sort key
    3: i32 appId;
    4: i32 partitionIndex;
    6: string server = "";
}

struct FullKey {
    1: base.Blob hashKey = {};
    2: base.Blob sortKey = {};
}

struct BatchGetRequest {
    1: list<FullKey> keys = [];
}

struct FullData {
    1: base.Blob hashKey = {};
    2: base.Blob sortKey = {};
    3: base.Blob value = {};
}

struct BatchGetResponse {
    1: i32 error;
    2: list<FullData> data = [];
    3: i32 appId;
    4: i32 partitionIndex;
    6: string server = "";
}

struct IncrRequest {
    1: base.Blob key = {};
    2: i64 increment;
    3: i32 expireTsSeconds;
}

struct IncrResponse {
    1: i32 error;
    2: i64 newValue;
    3: i32 appId;
    4: i32 partitionIndex;
    5: i64 decree;
    6: string server = "";
}

struct CheckAndSetRequest {
    1: base.Blob hashKey = {};
    2: base.Blob checkSortKey = {};
    3: CasCheckType checkType = CasCheckType.CT_NO_CHECK;
    4: base.Blob checkOperand = {};
    5: bool setDiffSortKey;
    6: base.Blob setSortKey = {};
    7: base.Blob setValue = {};
    8: i32 setExpireTsSeconds;
    9: bool returnCheckValue;
}

struct CheckAndSetResponse {
    1: i32 error;
    2: bool checkValueReturned;
    3: bool checkValueExist;
    4: base.Blob checkValue = {};
    5: i32 appId;
    6: i32 partitionIndex;
    7: i64 decree;
    8: string server = "";
}

struct Mutate {
    1: MutateOperation operation = MutateOperation.MO_PUT;
    2: base.Blob sortKey = {};
    3: base.Blob value = {};
    4: i32 setExpireTsSeconds;
}

struct CheckAndMutateRequest {
    1: base.Blob hashKey = {};
    2: base.Blob checkSortKey = {};
    3: CasCheckType checkType = CasCheckType.CT_NO_CHECK;
    4: base.Blob checkOperand = {};
    5: list<Mutate> mutateList = [];
    6: bool returnCheckValue;
}

struct CheckAndMutateResponse {
    1: i32 error;
    2: bool checkValueReturned;
    3: bool checkValueExist;
    4: base.Blob checkValue = {};
    5: i32 appId;
    6: i32 partitionIndex;
    7: i64 decree;
    8: string server = "";
}

struct GetScannerRequest {
    1: base.Blob startKey = {};
    2: base.Blob stopKey = {};
    3: bool startInclusive;
    4: bool stopInclusive;
    5: i32 batchSize;
    6: bool noValue;
    7: FilterType hashKeyFilterType = FilterType.FT_NO_FILTER;
    8: base.Blob hashKeyFilterPattern = {};
    9: FilterType sortKeyFilterType = FilterType.FT_NO_FILTER;
    10: base.Blob sortKeyFilterPattern = {};
    11: optional bool validatePartitionHash;
    12: optional bool returnExpireTs;
    13: optional bool fullScan;
    14: optional bool onlyReturnCount;
}

struct ScanRequest {
    1: i64 contextId;
}

struct ScanResponse {
    1: i32 error;
    2: list<KeyValue> kvs = [];      // key = stored key
    3: i64 contextId;
    4: i32 appId;
    5: i32 partitionIndex;
    6: string server = "";
    7: optional i32 kvCount;
}
