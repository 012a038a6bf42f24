package dev.sluice.integration.conformance;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.integration.conformance.RawConnection.Answer;
import dev.sluice.integration.conformance.RawConnection.Head;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.BatchGetResponse;
import dev.sluice.wire.data.CasCheckType;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.CheckAndMutateResponse;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.CheckAndSetResponse;
import dev.sluice.wire.data.CountResponse;
import dev.sluice.wire.data.FilterType;
import dev.sluice.wire.data.FullData;
import dev.sluice.wire.data.FullKey;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.IncrResponse;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.MultiRemoveResponse;
import dev.sluice.wire.data.Mutate;
import dev.sluice.wire.data.MutateOperation;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.ScanRequest;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.data.TtlResponse;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.thrift.TBase;
import org.apache.thrift.protocol.TType;
import org.jspecify.annotations.Nullable;

/** Sends the requests of a table and puts their replies into words. */
final class Desk {
    private static final int WAIT_MS = 10_000;
    private static final int SILENCE_MS = 400;
    private static final String PREFIX = "RPC_RRDB_RRDB_";

    private final int headerVersion;
    private final Place place;
    private final Map<HostPort, RawConnection> connections;
    private final Set<Blob> written = new LinkedHashSet<>();
    private long lastContext;
    private long contextBefore;

    /** Where an app's partitions are. */
    interface Place {
        Gpid gpid(int partitionIndex);

        int partitionCount();

        HostPort primary(int partitionIndex);

        HostPort secondary(int partitionIndex);
    }

    Desk(int headerVersion, Place place, Map<HostPort, RawConnection> connections) {
        this.headerVersion = headerVersion;
        this.place = place;
        this.connections = connections;
    }

    /** What came back, as words; always with {@code silence}, the header error, or the fields of the reply. */
    List<String> perform(Operation op) throws Exception {
        return switch (op.verb()) {
            case "put" -> write(op, "PUT", key(op), put(op), new UpdateResponse());
            case "put_ttl" -> putAndTtl(op);
            case "remove" -> write(op, "REMOVE", key(op), Blob.of(key(op)), new UpdateResponse());
            case "multi_put" -> write(op, "MULTI_PUT", hash(op), multiPut(op), new UpdateResponse());
            case "fill" -> fill(op);
            case "multi_remove" -> write(op, "MULTI_REMOVE", hash(op), multiRemove(op), new MultiRemoveResponse());
            case "incr" -> write(op, "INCR", key(op), incr(op), new IncrResponse());
            case "cas" -> write(op, "CHECK_AND_SET", hash(op), checkAndSet(op), new CheckAndSetResponse());
            case "cam" -> write(op, "CHECK_AND_MUTATE", hash(op), checkAndMutate(op), new CheckAndMutateResponse());
            case "get" -> call(op, "GET", key(op), Blob.of(key(op)), new ReadResponse());
            case "ttl" -> call(op, "TTL", key(op), Blob.of(key(op)), new TtlResponse());
            case "sortkey_count" -> call(op, "SORTKEY_COUNT", hash(op), op.blob(0), new CountResponse());
            case "multi_get" -> call(op, "MULTI_GET", hash(op), multiGet(op), new MultiGetResponse());
            case "batch_get" -> call(op, "BATCH_GET", batchHash(op), batchGet(op), new BatchGetResponse());
            case "open" -> call(op, "GET_SCANNER", null, getScanner(op), new ScanResponse());
            case "scan" -> call(op, "SCAN", null, new ScanRequest(context(op)), new ScanResponse());
            case "clear" -> clear(op);
            case "call" -> call(op, op.positional(0), null, new ScanRequest(), new ScanResponse());
            default -> throw new IllegalArgumentException("no verb " + op);
        };
    }

    /** Removes every row of the app that can be seen, and what was written here: it may have expired. */
    void wipe() throws Exception {
        for (Map.Entry<Blob, List<Blob>> rows : byHashKey(written).entrySet()) {
            byte[] hashKey = rows.getKey().bytes();
            if (hashKey.length > 0) {
                long hash = Crc64.of(hashKey, 0, hashKey.length);
                remove((int) Long.remainderUnsigned(hash, place.partitionCount()), rows.getKey(), rows.getValue());
            }
        }
        written.clear();
        for (int partition = 0; partition < place.partitionCount(); partition++) {
            Operation at = new Operation(List.of("open", "+full_scan", "start=\\x00\\x00", "@partition=" + partition));
            ScanResponse found = scanOf(at, "GET_SCANNER", getScanner(at));
            while (true) {
                List<Blob> keys = found.getKvs().stream().map(KeyValue::getKey).toList();
                for (Map.Entry<Blob, List<Blob>> rows : byHashKey(keys).entrySet()) {
                    remove(partition, rows.getKey(), rows.getValue());
                }
                if (found.getContextId() < 0) {
                    break;
                }
                found = scanOf(at, "SCAN", new ScanRequest(found.getContextId()));
            }
        }
    }

    private static Map<Blob, List<Blob>> byHashKey(Collection<Blob> storedKeys) {
        Map<Blob, List<Blob>> sortKeys = new LinkedHashMap<>();
        for (Blob each : storedKeys) {
            byte[] key = each.bytes();
            int length = key.length < 2 ? 0 : ((key[0] & 0xff) << 8) | (key[1] & 0xff);
            if (key.length >= 2 + length) {
                sortKeys.computeIfAbsent(Blob.of(Arrays.copyOfRange(key, 2, 2 + length)), any -> new ArrayList<>())
                        .add(Blob.of(Arrays.copyOfRange(key, 2 + length, key.length)));
            }
        }
        return sortKeys;
    }

    private void remove(int partition, Blob hashKey, List<Blob> sortKeys) throws Exception {
        Operation at = new Operation(List.of("remove", "x", "@partition=" + partition));
        if (hashKey.bytes().length > 0) {
            MultiRemoveRequest all =
                    new MultiRemoveRequest().setHashKey(hashKey).setSortKeys(sortKeys);
            send(at, "MULTI_REMOVE", 0, all).read(new MultiRemoveResponse());
            return;
        }
        for (Blob sortKey : sortKeys) {
            byte[] key = sortKey.bytes();
            byte[] stored = new byte[2 + key.length];
            System.arraycopy(key, 0, stored, 2, key.length);
            // A row without a hash key that came by multi_put does not lie where its stored key says.
            if (!send(at, "REMOVE", 0, Blob.of(stored)).error().equals("ERR_OK")) {
                send(at, "MULTI_REMOVE", 0, new MultiRemoveRequest().setSortKeys(List.of(sortKey)))
                        .read(new MultiRemoveResponse());
            }
        }
    }

    private ScanResponse scanOf(Operation at, String code, TBase<?, ?> request) throws Exception {
        return send(at, code, 0, request).read(new ScanResponse());
    }

    // ---- Requests

    private static byte[] key(Operation op) {
        return Operation.storedKey(op.positional(0));
    }

    /** The stored key of a hash key alone: what its partition goes by is its hash, also if it is empty. */
    private static byte[] hash(Operation op) {
        return op.bytes(0);
    }

    /** Writes a row and asks what it has to live: the reply to the second, if there was one to the first. */
    private List<String> putAndTtl(Operation op) throws Exception {
        List<String> written = write(op, "PUT", key(op), put(op), new UpdateResponse());
        return written.contains("error=0") ? call(op, "TTL", key(op), Blob.of(key(op)), new TtlResponse()) : written;
    }

    private static UpdateRequest put(Operation op) {
        return new UpdateRequest()
                .setKey(Blob.of(key(op)))
                .setValue(op.blob(1))
                .setExpireTsSeconds(op.expiry("expire"));
    }

    private static MultiPutRequest multiPut(Operation op) {
        MultiPutRequest request = new MultiPutRequest().setHashKey(op.blob(0)).setExpireTsSeconds(op.expiry("expire"));
        for (String each : op.list(1)) {
            String[] pair = Words.pair(each);
            request.addToKvs(
                    new KeyValue().setKey(Blob.of(Words.bytes(pair[0]))).setValue(Blob.of(Words.bytes(pair[1]))));
        }
        return request;
    }

    private List<String> fill(Operation op) throws Exception {
        int count = op.integer("n", 0);
        MultiPutRequest request = new MultiPutRequest().setHashKey(op.blob(0)).setExpireTsSeconds(op.expiry("expire"));
        for (int i = 0; i < count; i++) {
            request.addToKvs(new KeyValue()
                    .setKey(Blob.of(Words.bytes(String.format(Locale.ROOT, "%06d", i))))
                    .setValue(op.blob("value")));
        }
        return write(op, "MULTI_PUT", hash(op), request, new UpdateResponse());
    }

    private static MultiRemoveRequest multiRemove(Operation op) {
        MultiRemoveRequest request =
                new MultiRemoveRequest().setHashKey(op.blob(0)).setMaxCount(op.number("max", 0));
        op.list(1).forEach(sortKey -> request.addToSortKeys(Blob.of(Words.bytes(sortKey))));
        return request;
    }

    private static IncrRequest incr(Operation op) {
        return new IncrRequest()
                .setKey(Blob.of(key(op)))
                .setIncrement(op.number("by", 0))
                .setExpireTsSeconds(op.expiry("expire"));
    }

    private static CheckAndSetRequest checkAndSet(Operation op) {
        return new CheckAndSetRequest()
                .setHashKey(op.blob(0))
                .setCheckSortKey(op.blob("check"))
                .setCheckType(CasCheckType.findByValue(op.integer("type", 0)))
                .setCheckOperand(op.blob("operand"))
                .setSetDiffSortKey(op.has("set"))
                .setSetSortKey(op.blob("set"))
                .setSetValue(op.blob("value"))
                .setSetExpireTsSeconds(op.expiry("expire"))
                .setReturnCheckValue(op.has("+return"));
    }

    private static CheckAndMutateRequest checkAndMutate(Operation op) {
        CheckAndMutateRequest request = new CheckAndMutateRequest()
                .setHashKey(op.blob(0))
                .setCheckSortKey(op.blob("check"))
                .setCheckType(CasCheckType.findByValue(op.integer("type", 0)))
                .setCheckOperand(op.blob("operand"))
                .setReturnCheckValue(op.has("+return"));
        for (String each : Words.elements(op.find("do") == null ? "[]" : String.valueOf(op.find("do")))) {
            String[] verb = Words.pair(each);
            String[] row = Words.pair(verb[1]);
            String[] value = Words.pair(row[1]);
            request.addToMutateList(new Mutate()
                    .setOperation(
                            switch (verb[0]) {
                                case "put" -> MutateOperation.MO_PUT;
                                case "delete" -> MutateOperation.MO_DELETE;
                                default -> throw new IllegalArgumentException("no mutation " + each);
                            })
                    .setSortKey(Blob.of(Words.bytes(row[0])))
                    .setValue(Blob.of(Words.bytes(value[0])))
                    .setSetExpireTsSeconds(value[1].isEmpty() ? 0 : Operation.expiryOf(value[1])));
        }
        return request;
    }

    private static MultiGetRequest multiGet(Operation op) {
        MultiGetRequest request = new MultiGetRequest()
                .setHashKey(op.blob(0))
                .setMaxKvCount(op.integer("count", 0))
                .setMaxKvSize(op.integer("size", 0))
                .setNoValue(op.has("+no_value"))
                .setStartSortKey(op.blob("start"))
                .setStopSortKey(op.blob("stop"))
                .setStartInclusive(!op.has("+start_exclusive"))
                .setStopInclusive(op.has("+stop_inclusive"))
                .setSortKeyFilterType(filter(op, "filter"))
                .setSortKeyFilterPattern(pattern(op, "filter"))
                .setReverse(op.has("+reverse"));
        if (op.find("keys") != null) {
            Words.elements(String.valueOf(op.find("keys")))
                    .forEach(sortKey -> request.addToSortKeys(Blob.of(Words.bytes(sortKey))));
        }
        return request;
    }

    private static BatchGetRequest batchGet(Operation op) {
        BatchGetRequest request = new BatchGetRequest().setKeys(new ArrayList<>());
        for (String each : op.list(0)) {
            String[] pair = Words.pair(each);
            request.addToKeys(new FullKey(Blob.of(Words.bytes(pair[0])), Blob.of(Words.bytes(pair[1]))));
        }
        return request;
    }

    private static byte[] batchHash(Operation op) {
        return op.list(0).isEmpty()
                ? new byte[0]
                : Words.bytes(Words.pair(op.list(0).get(0))[0]);
    }

    private static GetScannerRequest getScanner(Operation op) {
        GetScannerRequest request = new GetScannerRequest()
                .setStartKey(scanKey(op, "start"))
                .setStopKey(scanKey(op, "stop"))
                .setStartInclusive(!op.has("+start_exclusive"))
                .setStopInclusive(op.has("+stop_inclusive"))
                .setBatchSize(op.integer("batch", 0))
                .setNoValue(op.has("+no_value"))
                .setHashKeyFilterType(filter(op, "hash_filter"))
                .setHashKeyFilterPattern(pattern(op, "hash_filter"))
                .setSortKeyFilterType(filter(op, "sort_filter"))
                .setSortKeyFilterPattern(pattern(op, "sort_filter"));
        if (op.has("+full_scan")) {
            request.setFullScan(true);
        }
        if (op.has("+return_expire")) {
            request.setReturnExpireTs(true);
        }
        if (op.has("+count_only")) {
            request.setOnlyReturnCount(true);
        }
        if (op.find("validate") != null) {
            request.setValidatePartitionHash(Boolean.parseBoolean(op.find("validate")));
        }
        return request;
    }

    /** {@code hash:sort} is a stored key, anything without a colon the bytes themselves. */
    private static Blob scanKey(Operation op, String name) {
        String text = op.find(name);
        return text == null || !text.contains(":") ? op.blob(name) : Blob.of(Operation.storedKey(text));
    }

    private static FilterType filter(Operation op, String name) {
        String text = op.find(name);
        return switch (text == null ? "none" : Words.pair(text)[0]) {
            case "none" -> FilterType.FT_NO_FILTER;
            case "anywhere" -> FilterType.FT_MATCH_ANYWHERE;
            case "prefix" -> FilterType.FT_MATCH_PREFIX;
            case "postfix" -> FilterType.FT_MATCH_POSTFIX;
            default -> throw new IllegalArgumentException("no filter " + text);
        };
    }

    private static Blob pattern(Operation op, String name) {
        String text = op.find(name);
        return Blob.of(Words.bytes(text == null ? "" : Words.pair(text)[1]));
    }

    private long context(Operation op) {
        return op.has("+before") ? contextBefore : op.number("context", lastContext);
    }

    private List<String> clear(Operation op) throws Exception {
        Answer answer = answerOf(op, "CLEAR_SCANNER", 0, WireLong.of(context(op)), TType.I64, SILENCE_MS);
        return List.of(answer == null ? "silence" : answer.error());
    }

    // ---- Calls

    private List<String> write(Operation op, String code, byte[] key, TBase<?, ?> request, TBase<?, ?> response)
            throws Exception {
        if (request instanceof UpdateRequest put) {
            written.add(put.getKey());
        } else if (request instanceof MultiPutRequest put && put.getHashKey().bytes().length < 65_535) {
            for (KeyValue row : put.getKvs()) {
                written.add(Blob.of(Operation.storedKey(
                        put.getHashKey().bytes(), row.getKey().bytes())));
            }
        }
        return call(op, code, key, request, response);
    }

    private <R extends TBase<?, ?>> List<String> call(
            Operation op, String code, byte @Nullable [] key, TBase<?, ?> request, R response) throws Exception {
        long hash = key == null ? 0 : hashOf(op, key);
        Answer answer = answerOf(op, code, hash, request, TType.STRUCT, op.has("@silent") ? SILENCE_MS : WAIT_MS);
        if (answer == null) {
            return List.of("silence");
        }
        if (!answer.error().equals("ERR_OK")) {
            return List.of(answer.error(), answer.result() == null ? "no_result" : "with_result");
        }
        return describe(answer.read(response), op);
    }

    private Answer send(Operation op, String code, long hash, TBase<?, ?> request) throws Exception {
        Answer answer = answerOf(op, code, hash, request, TType.STRUCT, WAIT_MS);
        if (answer == null) {
            throw new IllegalStateException("no answer to " + code);
        }
        return answer;
    }

    private @Nullable Answer answerOf(Operation op, String code, long hash, TBase<?, ?> request, byte type, int waitMs)
            throws Exception {
        int partition = op.integer("@partition", (int) Long.remainderUnsigned(hash, place.partitionCount()));
        int app = op.integer("@app", place.gpid(0).appId());
        boolean known = partition >= 0 && partition < place.partitionCount();
        HostPort server =
                op.has("@secondary") ? place.secondary(known ? partition : 0) : place.primary(known ? partition : 0);
        Head head = new Head(
                op.has("@backup") ? 1 : headerVersion,
                app,
                partition,
                op.integer("@timeout", 5_000),
                op.number("@hash", hash),
                op.has("@backup"));
        String taskCode = code.startsWith("RPC_") || code.startsWith("SLUICE_") ? code : PREFIX + code;
        RawConnection connection = connections.get(server);
        if (connection == null) {
            connection = new RawConnection(server);
            connections.put(server, connection);
        }
        Answer answer = connection.call(head, taskCode, type, request, message -> patched(message, op), waitMs);
        if (answer != null && !answer.name().equals(taskCode + "_ACK")) {
            throw new IllegalStateException("the reply to " + taskCode + " is called " + answer.name());
        }
        return answer;
    }

    /** {@code @patch=from>to}: bytes that no client library writes, in place of others. */
    private static byte[] patched(byte[] message, Operation op) {
        String patch = op.find("@patch");
        if (patch == null) {
            return message;
        }
        String[] bytes = patch.split(">", -1);
        String hex = HexFormat.of().formatHex(message);
        if (!hex.contains(bytes[0])) {
            throw new IllegalArgumentException("no " + bytes[0] + " in " + hex);
        }
        return HexFormat.of().parseHex(hex.replace(bytes[0], bytes[1]));
    }

    private static long hashOf(Operation op, byte[] key) {
        boolean full = switch (op.verb()) {
            case "put", "put_ttl", "remove", "get", "ttl", "incr" -> true;
            default -> false;
        };
        if (!full) {
            return Crc64.of(key, 0, key.length);
        }
        if (key.length < 2) {
            return 0;
        }
        int hashKeyLength = ((key[0] & 0xff) << 8) | (key[1] & 0xff);
        return hashKeyLength == 0
                ? Crc64.of(key, 2, key.length - 2)
                : Crc64.of(key, 2, Math.min(hashKeyLength, key.length - 2));
    }

    // ---- Replies

    private List<String> describe(TBase<?, ?> reply, Operation op) throws Exception {
        Map<String, String> words = new TreeMap<>();
        if (reply instanceof UpdateResponse update) {
            words.put("error", update.getError() + "");
            words.put("decree", update.getDecree() + "");
            address(words, update.getAppId(), update.getPartitionIndex(), update.getServer());
        } else if (reply instanceof ReadResponse read) {
            words.put("error", read.getError() + "");
            words.put("value", Words.text(read.getValue().bytes()));
            address(words, read.getAppId(), read.getPartitionIndex(), read.getServer());
        } else if (reply instanceof TtlResponse ttl) {
            words.put("error", ttl.getError() + "");
            words.put("ttl", ttl.getTtlSeconds() + "");
            address(words, ttl.getAppId(), ttl.getPartitionIndex(), ttl.getServer());
        } else if (reply instanceof CountResponse count) {
            words.put("error", count.getError() + "");
            words.put("count", count.getCount() + "");
            address(words, count.getAppId(), count.getPartitionIndex(), count.getServer());
        } else if (reply instanceof MultiRemoveResponse removed) {
            words.put("error", removed.getError() + "");
            words.put("count", removed.getCount() + "");
            words.put("decree", removed.getDecree() + "");
            address(words, removed.getAppId(), removed.getPartitionIndex(), removed.getServer());
        } else if (reply instanceof IncrResponse incr) {
            words.put("error", incr.getError() + "");
            words.put("new", incr.getNewValue() + "");
            words.put("decree", incr.getDecree() + "");
            address(words, incr.getAppId(), incr.getPartitionIndex(), incr.getServer());
        } else if (reply instanceof CheckAndSetResponse cas) {
            words.put("error", cas.getError() + "");
            words.put("returned", cas.isCheckValueReturned() + "");
            words.put("exist", cas.isCheckValueExist() + "");
            words.put("value", Words.text(cas.getCheckValue().bytes()));
            words.put("decree", cas.getDecree() + "");
            address(words, cas.getAppId(), cas.getPartitionIndex(), cas.getServer());
        } else if (reply instanceof CheckAndMutateResponse cam) {
            words.put("error", cam.getError() + "");
            words.put("returned", cam.isCheckValueReturned() + "");
            words.put("exist", cam.isCheckValueExist() + "");
            words.put("value", Words.text(cam.getCheckValue().bytes()));
            words.put("decree", cam.getDecree() + "");
            address(words, cam.getAppId(), cam.getPartitionIndex(), cam.getServer());
        } else if (reply instanceof MultiGetResponse found) {
            words.put("error", found.getError() + "");
            rows(
                    words,
                    found.getKvs().stream()
                            .map(row -> Words.text(row.getKey().bytes()) + ":"
                                    + Words.text(row.getValue().bytes()))
                            .toList());
            address(words, found.getAppId(), found.getPartitionIndex(), found.getServer());
        } else if (reply instanceof BatchGetResponse found) {
            words.put("error", found.getError() + "");
            rows(words, found.getData().stream().map(Desk::text).toList());
            address(words, found.getAppId(), found.getPartitionIndex(), found.getServer());
        } else if (reply instanceof ScanResponse scan) {
            describe(scan, words);
        } else {
            throw new IllegalArgumentException("no words for " + reply + " to " + op);
        }
        return words.entrySet().stream()
                .map(word -> word.getKey() + "=" + word.getValue())
                .toList();
    }

    private void describe(ScanResponse scan, Map<String, String> words) {
        words.put("error", scan.getError() + "");
        long context = scan.getContextId();
        words.put("context", context > 0 ? (context == lastContext ? "same" : "more") : context + "");
        if (scan.isSetKvCount()) {
            words.put("counted", scan.getKvCount() + "");
        }
        if (context > 0) {
            contextBefore = lastContext;
            lastContext = context;
        }
        rows(words, scan.getKvs().stream().map(Desk::text).toList());
        address(words, scan.getAppId(), scan.getPartitionIndex(), scan.getServer());
    }

    private static String text(FullData row) {
        return Words.text(row.getHashKey().bytes()) + ":"
                + Words.text(row.getSortKey().bytes()) + ":"
                + Words.text(row.getValue().bytes());
    }

    private static String text(KeyValue row) {
        byte[] key = row.getKey().bytes();
        int length = ((key[0] & 0xff) << 8) | (key[1] & 0xff);
        String expiry = row.isSetExpireTsSeconds() ? "@" + Integer.toUnsignedString(row.getExpireTsSeconds()) : "";
        return Words.text(Arrays.copyOfRange(key, 2, 2 + length)) + ":"
                + Words.text(Arrays.copyOfRange(key, 2 + length, key.length)) + ":"
                + Words.text(row.getValue().bytes()) + expiry;
    }

    private static void rows(Map<String, String> words, List<String> rows) {
        words.put("n", rows.size() + "");
        words.put("rows", rows.stream().limit(12).collect(Collectors.joining(",", "[", "]")));
        if (!rows.isEmpty()) {
            words.put("first", rows.get(0));
            words.put("last", rows.get(rows.size() - 1));
        }
    }

    /** Every reply says where it comes from, errors as well. */
    private void address(Map<String, String> words, int appId, int partitionIndex, String server) {
        boolean right = appId == place.gpid(partitionIndex).appId()
                && partitionIndex >= 0
                && partitionIndex < place.partitionCount()
                && connections.keySet().stream()
                        .anyMatch(known -> known.toString().equals(server));
        words.put("from", right ? "right" : appId + "." + partitionIndex + "@" + server);
    }
}
