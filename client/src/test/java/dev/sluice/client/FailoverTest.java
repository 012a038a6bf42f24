package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.wire.data.IncrResponse;
import dev.sluice.wire.data.UpdateResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client finds a new primary by itself, within a second of the failover. */
class FailoverTest {
    private static final byte[] KEY = "k".getBytes(UTF_8);

    private final VirtualTime time = new VirtualTime();
    private final FakeCluster cluster = new FakeCluster(time);
    private final SluiceClient client = clientWith(ClientOptions.DEFAULTS);
    private final Table orders = client.table("orders");
    private final int partition = FakeCluster.partitionOf("k");
    private final HostPort old = Objects.requireNonNull(cluster.primaries.get(partition));
    private final HostPort successor = FakeCluster.REPLICAS.get(2);

    private SluiceClient clientWith(ClientOptions options) {
        return new SluiceClient(FakeCluster.METAS, cluster.rpc, options, time, () -> {});
    }

    @BeforeEach
    void theConfigurationIsKnown() {
        cluster.answer(DataRpcs.INCR, request -> new IncrResponse().setNewValue(1));
        assertThat(old).isNotEqualTo(successor);
        assertThat(orders.put(KEY, KEY, KEY)).isCompleted();
    }

    @Test
    void aWriteThatWaitsForASilentServerGoesToTheNewPrimary() {
        assertFollows(table -> table.put(KEY, KEY, KEY));
    }

    @Test
    void aReadThatWaitsForASilentServerGoesToTheNewPrimary() {
        assertFollows(table -> table.get(KEY, KEY));
    }

    private void assertFollows(Function<Table, CompletableFuture<?>> operation) {
        cluster.refuse(old, ErrorCode.ERR_TIMEOUT, ErrorCode.ERR_TIMEOUT, ErrorCode.ERR_TIMEOUT, ErrorCode.ERR_TIMEOUT);
        Table patient = orders.withTimeoutMs(20_000);
        time.schedule(7_000, () -> cluster.move(partition, successor));

        CompletableFuture<?> done = operation.apply(patient);
        time.advance(7_000);
        assertThat(done).isNotDone();
        time.advance(1_000);

        assertThat(done).isCompleted();
    }

    @Test
    void aSilentServerThatIsStillThePrimaryIsWaitedFor() {
        cluster.refuse(old, ErrorCode.ERR_TIMEOUT);
        CompletableFuture<Void> put = orders.put(KEY, KEY, KEY);
        time.advance(ClientOptions.DEFAULTS.silenceMs() * 3L);
        assertThat(put).isNotDone();

        assertThat(cluster.rpc.sentTo(old, DataRpcs.PUT)).isEqualTo(2);
        time.advance(ClientOptions.DEFAULTS.attemptTimeoutMs());
        assertThat(put).isCompleted();
    }

    @Test
    void whatMustNotHappenTwiceIsNotSentToTheNewPrimaryWhileTheOldOneMayHaveIt() {
        cluster.refuse(old, ErrorCode.ERR_TIMEOUT);
        CompletableFuture<Long> incr = orders.incr(KEY, KEY, 1);
        cluster.move(partition, successor);

        time.advance(ClientOptions.DEFAULTS.attemptTimeoutMs());

        assertFails(incr, ErrorCode.ERR_TIMEOUT, "it may have been carried out all the same");
        assertThat(cluster.rpc.sentTo(successor, DataRpcs.INCR)).isZero();
    }

    @Test
    void whatWasNotSentIsSentToTheNewPrimary() {
        cluster.rpc.stop(old);
        CompletableFuture<Long> incr = orders.incr(KEY, KEY, 1);
        time.advance(2_000);
        assertThat(incr).isNotDone();

        cluster.move(partition, successor);
        time.advance(1_000);

        assertThat(incr).isCompletedWithValue(1L);
    }

    @Test
    void anUncertainWriteIsNotRepeatedByAClientThatDoesNotWantIt() {
        Table once = clientWith(ClientOptions.DEFAULTS.withoutRepeatedWrites()).table("orders");
        cluster.refuse(old, ErrorCode.ERR_TIMEOUT, ErrorCode.ERR_INVALID_STATE);

        CompletableFuture<Void> silent = once.put(KEY, KEY, KEY);
        CompletableFuture<Void> refused = once.put(KEY, KEY, KEY);
        time.advance(ClientOptions.DEFAULTS.attemptTimeoutMs());

        assertFails(silent, ErrorCode.ERR_TIMEOUT, "it may have been carried out all the same");
        assertThat(refused).isCompleted();
    }

    @Test
    void anOlderConfigurationIsNotBelieved() {
        cluster.move(partition, successor);
        cluster.refuse(old, ErrorCode.ERR_INVALID_STATE);
        CompletableFuture<Void> put = orders.put(KEY, KEY, KEY);
        time.advance(100);
        assertThat(put).isCompleted();

        // A leader that was deposed answers with what it knew.
        cluster.primaries.put(partition, old);
        cluster.ballots.put(partition, 3L);
        cluster.refuse(successor, ErrorCode.ERR_INVALID_STATE);
        cluster.answer(DataRpcs.PUT, request -> new UpdateResponse());
        long before = cluster.rpc.sentTo(old, DataRpcs.PUT);
        CompletableFuture<Void> next = orders.withTimeoutMs(300).put(KEY, KEY, KEY);
        time.advance(300);

        assertThat(next).isCompletedExceptionally();
        assertThat(cluster.rpc.sentTo(old, DataRpcs.PUT)).isEqualTo(before);
    }

    @Test
    void closingTheClientEndsWhatWaitsForItsNextAttempt() {
        cluster.primaries.put(partition, null);
        cluster.refuse(old, ErrorCode.ERR_INVALID_STATE);
        List<CompletableFuture<?>> waiting =
                List.of(orders.put(KEY, KEY, KEY), orders.get(KEY, KEY), orders.incr(KEY, KEY, 1));
        time.advance(600);

        client.close();

        waiting.forEach(one -> assertFails(one, ErrorCode.ERR_NETWORK_FAILURE, "the client was closed after"));
    }

    private static void assertFails(CompletableFuture<?> future, ErrorCode error, String message) {
        assertThat(future).isCompletedExceptionally();
        assertThatThrownBy(() -> ClientException.await(future))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.error()).isEqualTo(error))
                .hasMessageContaining(message);
    }
}
