package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.CasCheckType;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.CheckAndMutateResponse;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.CheckAndSetResponse;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.IncrResponse;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.Mutate;
import dev.sluice.wire.data.MutateOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataOperationsTest {
    private static final byte[] HASH_KEY = bytes("k");

    private final VirtualTime time = new VirtualTime();
    private final FakeCluster cluster = new FakeCluster(time);
    private final SluiceClient client =
            new SluiceClient(FakeCluster.METAS, cluster.rpc, ClientOptions.DEFAULTS, time, () -> {});
    private final Table orders = client.table("orders");
    private final int partition = FakeCluster.partitionOf("k");
    private final List<Object> requests = new ArrayList<>();

    private HostPort primary() {
        return Objects.requireNonNull(cluster.primaries.get(partition));
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void answer(Rpc<Q, R> code, Function<Q, R> answer) {
        cluster.answer(code, request -> {
            requests.add(request);
            return answer.apply(request);
        });
    }

    private int inOneHour() {
        return StoredValue.expiryNow(time.wallMs()) + 3600;
    }

    @Test
    void anIncrementReturnsTheNewValue() {
        answer(DataRpcs.INCR, request -> new IncrResponse().setNewValue(request.getIncrement() + 40));

        assertThat(orders.incr(HASH_KEY, bytes("s"), 2)).isCompletedWithValue(42L);

        assertThat(requests)
                .containsExactly(new IncrRequest(Blob.of(StoredKey.of(HASH_KEY, bytes("s"))), 2, StoredValue.NEVER));
    }

    @Test
    void anIncrementKeepsSetsOrClearsTheTtl() {
        answer(DataRpcs.INCR, request -> new IncrResponse());

        done(orders.incr(HASH_KEY, bytes("s"), 1, TtlChange.KEEP));
        done(orders.incr(HASH_KEY, bytes("s"), 1, TtlChange.toSeconds(3600)));
        done(orders.incr(HASH_KEY, bytes("s"), 1, TtlChange.FOREVER));

        assertThat(requests)
                .extracting(request -> ((IncrRequest) request).getExpireTsSeconds())
                .containsExactly(0, inOneHour(), -1);
        assertThatThrownBy(() -> TtlChange.toSeconds(0)).hasMessageContaining("expected at least 1");
    }

    @Test
    void anIncrementOfWhatIsNoIntegerFails() {
        answer(DataRpcs.INCR, request -> new IncrResponse().setError(StorageStatus.INVALID_ARGUMENT));

        assertFails(
                orders.incr(HASH_KEY, bytes("s"), -3),
                ErrorCode.ERR_INVALID_PARAMETERS,
                "incr by -3 of row 'k' : 's' of table 'orders'",
                "4 (InvalidArgument)");
    }

    @Test
    void aCheckedWriteOfTheSameRowSendsItsSortKeyOnce() {
        answer(DataRpcs.CHECK_AND_SET, request -> new CheckAndSetResponse());

        CheckResult result = done(orders.checkAndSet(
                HASH_KEY, Check.equalTo(bytes("s"), bytes("1")), new CellChange.Put(bytes("s"), bytes("2"), 3600)));

        assertThat(result).isEqualTo(new CheckResult(true, Optional.empty()));
        assertThat(requests)
                .containsExactly(new CheckAndSetRequest()
                        .setHashKey(Blob.of(HASH_KEY))
                        .setCheckSortKey(Blob.of(bytes("s")))
                        .setCheckType(CasCheckType.CT_VALUE_BYTES_EQUAL)
                        .setCheckOperand(Blob.of(bytes("1")))
                        .setSetDiffSortKey(false)
                        .setSetSortKey(new Blob())
                        .setSetValue(Blob.of(bytes("2")))
                        .setSetExpireTsSeconds(inOneHour())
                        .setReturnCheckValue(false));
    }

    @Test
    void aCheckedWriteOfAnotherRowSendsBothSortKeys() {
        answer(DataRpcs.CHECK_AND_SET, request -> new CheckAndSetResponse());

        done(orders.checkAndSet(HASH_KEY, Check.missing(bytes("s")), CellChange.put(bytes("t"), bytes("2"))));

        CheckAndSetRequest request = (CheckAndSetRequest) requests.get(0);
        assertThat(request.isSetDiffSortKey()).isTrue();
        assertThat(request.getSetSortKey().bytes()).isEqualTo(bytes("t"));
        assertThat(request.getSetExpireTsSeconds()).isZero();
    }

    @Test
    void aCheckThatDidNotPassIsAResultAndBringsTheValue() {
        answer(
                DataRpcs.CHECK_AND_SET,
                request -> new CheckAndSetResponse()
                        .setError(StorageStatus.TRY_AGAIN)
                        .setCheckValueReturned(request.isReturnCheckValue())
                        .setCheckValueExist(true)
                        .setCheckValue(Blob.of(bytes("old"))));

        CheckResult result = done(orders.checkAndSet(
                HASH_KEY, Check.missing(bytes("s")).returningValue(), CellChange.put(bytes("s"), bytes("new"))));
        CheckResult unasked =
                done(orders.checkAndSet(HASH_KEY, Check.missing(bytes("s")), CellChange.put(bytes("s"), bytes("new"))));

        assertThat(result.passed()).isFalse();
        assertThat(result.value()).hasValueSatisfying(value -> assertThat(value).isEqualTo(bytes("old")));
        assertThat(unasked.value()).isEmpty();
    }

    @Test
    void changesBehindACheckKeepTheirOrder() {
        answer(
                DataRpcs.CHECK_AND_MUTATE,
                request ->
                        new CheckAndMutateResponse().setCheckValueReturned(true).setCheckValueExist(false));

        CheckResult result = done(orders.checkAndMutate(
                HASH_KEY,
                Check.missingOrEmpty(bytes("s")).returningValue(),
                List.of(CellChange.put(bytes("a"), bytes("1")), new CellChange.Remove(bytes("b")))));

        assertThat(result).isEqualTo(new CheckResult(true, Optional.empty()));
        assertThat(((CheckAndMutateRequest) requests.get(0)).getMutateList())
                .containsExactly(
                        new Mutate(MutateOperation.MO_PUT, Blob.of(bytes("a")), Blob.of(bytes("1")), 0),
                        new Mutate(MutateOperation.MO_DELETE, Blob.of(bytes("b")), new Blob(), 0));
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"ERR_TIMEOUT", "ERR_NETWORK_FAILURE"})
    void whatMustNotHappenTwiceIsNotTriedAgainWhenItsEndIsUnknown(ErrorCode error) {
        answer(DataRpcs.INCR, request -> new IncrResponse());
        answer(DataRpcs.CHECK_AND_SET, request -> new CheckAndSetResponse());
        answer(DataRpcs.CHECK_AND_MUTATE, request -> new CheckAndMutateResponse());
        cluster.refuse(primary(), error, error, error);

        List<CompletableFuture<?>> writes = List.of(
                orders.incr(HASH_KEY, bytes("s"), 1),
                orders.checkAndSet(HASH_KEY, Check.none(bytes("s")), CellChange.put(bytes("s"), bytes("v"))),
                orders.checkAndMutate(HASH_KEY, Check.none(bytes("s")), List.of(new CellChange.Remove(bytes("s")))));
        time.advance(ClientOptions.DEFAULTS.timeoutMs());

        writes.forEach(write -> assertFails(write, error, "it may have been carried out all the same"));
        assertThat(requests).isEmpty();
    }

    @Test
    void whatMustNotHappenTwiceIsTriedAgainWhenItWasRefused() {
        answer(DataRpcs.INCR, request -> new IncrResponse().setNewValue(1));
        cluster.refuse(primary(), ErrorCode.ERR_INVALID_STATE, ErrorCode.ERR_NOT_ENOUGH_MEMBER);

        assertThat(done(orders.incr(HASH_KEY, bytes("s"), 1))).isEqualTo(1);
    }

    @Test
    void anEmptyHashKeyIsRefusedWhereRowsOfItCannotBeFound() {
        byte[] none = {};
        assertThatThrownBy(() -> orders.multiGet(none, MultiGetQuery.all())).hasMessageContaining("hash key is empty");
        assertThatThrownBy(() -> orders.sortKeyCount(none)).hasMessageContaining("hash key is empty");
        assertThatThrownBy(() -> orders.scan(none, ScanOptions.all())).hasMessageContaining("hash key is empty");
        assertThatThrownBy(() -> orders.checkAndSet(none, Check.none(none), CellChange.put(none, none)))
                .hasMessageContaining("hash key is empty");
        assertThatThrownBy(() -> orders.multiPut(HASH_KEY, List.of(), 0)).hasMessageContaining("no cells");
        assertThatThrownBy(() -> orders.checkAndMutate(HASH_KEY, Check.none(none), List.of()))
                .hasMessageContaining("no changes");
    }

    @Test
    void aMultiGetThatALimitCutGoesOnBehindItsLastRow() {
        serveMultiGetOf(5, 2);

        MultiGetResult first = done(orders.multiGet(HASH_KEY, MultiGetQuery.all()));
        List<Cell> all = done(orders.multiGetAll(HASH_KEY, MultiGetQuery.all()));

        assertThat(first.complete()).isFalse();
        assertThat(first.cells()).extracting(cell -> text(cell.sortKey())).containsExactly("s0", "s1");
        assertThat(all).extracting(cell -> text(cell.sortKey())).containsExactly("s0", "s1", "s2", "s3", "s4");
    }

    @Test
    void aMultiGetFromTheEndGoesOnBeforeItsFirstRow() {
        serveMultiGetOf(5, 2);

        List<Cell> all = done(orders.multiGetAll(HASH_KEY, MultiGetQuery.all().fromTheEnd()));

        assertThat(all).extracting(cell -> text(cell.sortKey())).containsExactly("s0", "s1", "s2", "s3", "s4");
    }

    @Test
    void aMultiGetWhoseFilterHidesAllThatOneRequestExaminesFails() {
        answer(DataRpcs.MULTI_GET, request -> new MultiGetResponse().setError(StorageStatus.INCOMPLETE));

        assertFails(orders.multiGetAll(HASH_KEY, MultiGetQuery.all()), ErrorCode.ERR_INCOMPLETE_DATA, "use a scan");
    }

    @Test
    void valuesOfManyPartitionsComeInTheOrderOfTheirKeys() {
        List<RowKey> keys = IntStream.range(0, 30)
                .mapToObj(i -> new RowKey(i % 10 == 3 ? new byte[0] : bytes("k" + i), bytes("s" + i)))
                .toList();
        for (int i = 0; i < keys.size(); i += 2) {
            done(orders.put(keys.get(i).hashKey(), keys.get(i).sortKey(), bytes("v" + i)));
        }
        done(orders.put(keys.get(3).hashKey(), keys.get(3).sortKey(), bytes("v3")));

        List<Optional<byte[]>> values = done(orders.batchGet(keys));

        for (int i = 0; i < keys.size(); i++) {
            assertThat(values.get(i).map(DataOperationsTest::text))
                    .isEqualTo(i % 2 == 0 || i == 3 ? Optional.of("v" + i) : Optional.empty());
        }
        assertThat(FakeCluster.REPLICAS.stream()
                        .mapToLong(server -> cluster.rpc.sentTo(server, DataRpcs.BATCH_GET))
                        .sum())
                .isEqualTo(FakeCluster.PARTITIONS);
    }

    @Test
    void aBatchReturnsTheOutcomeOfEachItem() {
        byte[] tooLong = new byte[StoredKey.HASH_KEY_BYTES_MAX + 1];
        List<byte[]> hashKeys = List.of(bytes("a"), tooLong, bytes("hash_key"));
        cluster.refuse(cluster.primaryOf("hash_key"), ErrorCode.ERR_BUSY);

        List<Outcome<Void>> outcomes =
                done(orders.batch(hashKeys, hashKey -> orders.put(hashKey, bytes("s"), bytes("v")), 1));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Done.class);
        assertThatThrownBy(() -> outcomes.get(1).resultOrThrow()).hasMessageContaining("hash key of 65535 bytes");
        assertThatThrownBy(() -> outcomes.get(2).resultOrThrow()).hasMessageContaining("ERR_BUSY");
        assertThat(done(orders.<String, Void>batch(List.of(), key -> orders.remove(HASH_KEY, HASH_KEY), 1)))
                .isEmpty();
    }

    @Test
    void aBatchKeepsToItsLimitAndCarriesEverythingOut() {
        List<CompletableFuture<Integer>> begun = new ArrayList<>();
        List<Integer> items = IntStream.range(0, 10).boxed().toList();

        CompletableFuture<List<Outcome<Integer>>> batch = orders.batch(
                items,
                item -> {
                    CompletableFuture<Integer> operation = new CompletableFuture<>();
                    begun.add(operation);
                    return operation;
                },
                3);

        for (int i = 0; i < items.size(); i++) {
            assertThat(begun).hasSize(Math.min(items.size(), i + 3));
            begun.get(i).complete(i * i);
        }
        assertThat(batch.join())
                .containsExactlyElementsOf(items.stream()
                        .map(i -> (Outcome<Integer>) new Outcome.Done<>(i * i))
                        .toList());
    }

    @Test
    void aTableCanHaveAnotherDeadline() {
        cluster.primaries.put(partition, null);

        CompletableFuture<Void> put = orders.withTimeoutMs(700).put(HASH_KEY, bytes("s"), bytes("v"));
        time.advance(700);

        assertFails(put, ErrorCode.ERR_OBJECT_NOT_FOUND, "in 700 ms");
    }

    /** Rows s0 to s(n-1), so many per answer, in the range that is asked for. */
    private void serveMultiGetOf(int rows, int rowsPerAnswer) {
        answer(DataRpcs.MULTI_GET, request -> {
            List<String> inside = IntStream.range(0, rows)
                    .mapToObj(i -> "s" + i)
                    .filter(sortKey -> isInside(request, sortKey))
                    .toList();
            int count = Math.min(rowsPerAnswer, inside.size());
            List<String> answered = request.isReverse()
                    ? inside.subList(inside.size() - count, inside.size())
                    : inside.subList(0, count);
            return new MultiGetResponse()
                    .setError(count < inside.size() ? StorageStatus.INCOMPLETE : StorageStatus.OK)
                    .setKvs(answered.stream()
                            .map(sortKey -> new KeyValue(Blob.of(bytes(sortKey)), Blob.of(bytes("v"))))
                            .toList());
        });
    }

    private static boolean isInside(MultiGetRequest request, String sortKey) {
        String start = text(request.getStartSortKey().bytes());
        String stop = text(request.getStopSortKey().bytes());
        int fromStart = sortKey.compareTo(start);
        int toStop = stop.isEmpty() ? -1 : sortKey.compareTo(stop);
        return (fromStart > 0 || (fromStart == 0 && request.isStartInclusive()))
                && (toStop < 0 || (toStop == 0 && request.isStopInclusive()));
    }

    private <T> T done(CompletableFuture<T> future) {
        time.advance(100);
        assertThat(future).isDone();
        return ClientException.await(future);
    }

    private void assertFails(CompletableFuture<?> future, ErrorCode error, String... messages) {
        time.runDue();
        assertThat(future).isCompletedExceptionally();
        assertThatThrownBy(() -> ClientException.await(future))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.error()).isEqualTo(error))
                .hasMessageContainingAll(messages);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
