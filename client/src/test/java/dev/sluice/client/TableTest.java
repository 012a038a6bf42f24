package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.time.testing.VirtualTime;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableTest {
    private final VirtualTime time = new VirtualTime();
    private final FakeCluster cluster = new FakeCluster(time);
    private final SluiceClient client =
            new SluiceClient(FakeCluster.METAS, cluster.rpc, ClientOptions.DEFAULTS, time, () -> {});
    private final Table orders = client.table("orders");
    private final int partition = FakeCluster.partitionOf("k");

    private HostPort primary() {
        return Objects.requireNonNull(cluster.primaries.get(partition));
    }

    @Test
    void rowsGoToTheirPartitionAndComeBack() {
        done(orders.put(bytes("k"), bytes("s"), bytes("v")));

        assertThat(cluster.rowsOf(partition)).containsOnlyKeys(StoredKey.of(bytes("k"), bytes("s")));
        assertThat(done(orders.get(bytes("k"), bytes("s"))))
                .hasValueSatisfying(value -> assertThat(value).isEqualTo(bytes("v")));
        assertThat(done(orders.exists(bytes("k"), bytes("s")))).isTrue();
        assertThat(done(orders.ttl(bytes("k"), bytes("s")))).contains(new Ttl(Ttl.FOREVER_SECONDS));

        done(orders.remove(bytes("k"), bytes("s")));
        assertThat(done(orders.get(bytes("k"), bytes("s")))).isEmpty();
        assertThat(done(orders.ttl(bytes("k"), bytes("s")))).isEmpty();
    }

    @Test
    void theConfigurationIsAskedForOnce() {
        CompletableFuture<Void> one = orders.put(bytes("a"), bytes("s"), bytes("v"));
        CompletableFuture<Void> other = orders.put(bytes("b"), bytes("s"), bytes("v"));
        done(one);
        done(other);

        assertThat(cluster.rpc.sentTo(FakeCluster.METAS.get(0), AdminRpcs.QUERY_CONFIG))
                .isEqualTo(1);
    }

    @Test
    void aTableThatDoesNotExistIsNamed() {
        CompletableFuture<Void> put = client.table("nothing").put(bytes("k"), bytes("s"), bytes("v"));

        assertFails(put, ErrorCode.ERR_OBJECT_NOT_FOUND, "there is no table 'nothing'");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"ERR_INVALID_STATE", "ERR_OBJECT_NOT_FOUND", "ERR_PARENT_PARTITION_MISUSED"})
    void aServerThatIsNotThePrimaryMakesTheClientAskAgain(ErrorCode error) {
        done(orders.put(bytes("k"), bytes("s"), bytes("1")));
        cluster.refuse(primary(), error);

        done(orders.put(bytes("k"), bytes("s"), bytes("2")));

        assertThat(cluster.rpc.sentTo(FakeCluster.METAS.get(0), AdminRpcs.QUERY_CONFIG))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"ERR_NOT_ENOUGH_MEMBER", "ERR_CAPACITY_EXCEEDED"})
    void aServerThatCannotYetIsAskedAgainWithoutAskingForTheConfiguration(ErrorCode error) {
        cluster.refuse(primary(), error, error);

        done(orders.put(bytes("k"), bytes("s"), bytes("2")));

        assertThat(cluster.rpc.sentTo(primary(), DataRpcs.PUT)).isEqualTo(3);
        assertThat(cluster.rpc.sentTo(FakeCluster.METAS.get(0), AdminRpcs.QUERY_CONFIG))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"ERR_BUSY", "ERR_INVALID_DATA", "ERR_SPLITTING", "ERR_DISK_INSUFFICIENT", "ERR_OPERATION_DISABLED"
            })
    void whatTryingAgainDoesNotMendFailsAtOnce(ErrorCode error) {
        cluster.refuse(primary(), error);

        CompletableFuture<Void> put = orders.put(bytes("k"), bytes("s\0"), bytes("2"));

        assertFails(
                put,
                error,
                "put of row 'k' : 's\\x00' of table 'orders': 2." + partition + " on " + primary() + ": " + error);
        assertThat(cluster.rpc.sentTo(primary(), DataRpcs.PUT)).isEqualTo(1);
    }

    @Test
    void aPrimaryThatDiedIsFollowedToItsSuccessor() {
        done(orders.put(bytes("k"), bytes("s"), bytes("1")));
        HostPort old = primary();
        HostPort successor = FakeCluster.REPLICAS.stream()
                .filter(server -> !server.equals(old))
                .findFirst()
                .orElseThrow();
        cluster.rpc.stop(old);
        time.schedule(1_500, () -> cluster.primaries.put(partition, successor));

        CompletableFuture<Void> put = orders.put(bytes("k"), bytes("s"), bytes("2"));
        time.advance(1_000);
        assertThat(put).isNotDone();
        time.advance(1_500);

        assertThat(put).isCompleted();
        assertThat(cluster.rpc.sentTo(successor, DataRpcs.PUT)).isPositive();
    }

    @Test
    void aPartitionWithoutAPrimaryIsWaitedForUntilTheDeadline() {
        cluster.primaries.put(partition, null);

        CompletableFuture<Void> put = orders.put(bytes("k"), bytes("s"), bytes("2"));
        time.advance(4_000);
        assertThat(put).isNotDone();
        time.advance(1_000);

        assertFails(
                put,
                ErrorCode.ERR_OBJECT_NOT_FOUND,
                "partition 2." + partition + " has no primary; gave up after",
                "attempts in 5000 ms");
    }

    @Test
    void aServerThatIsSilentIsAskedAgainWithinTheDeadline() {
        cluster.refuse(primary(), ErrorCode.ERR_TIMEOUT);

        CompletableFuture<Void> put = orders.put(bytes("k"), bytes("s"), bytes("2"));
        time.advance(ClientOptions.DEFAULTS.attemptTimeoutMs() - 1);
        assertThat(put).isNotDone();
        time.advance(100);

        assertThat(put).isCompleted();
    }

    @Test
    void noOperationOutlivesItsDeadline() {
        for (int i = 0; i < 100; i++) {
            cluster.refuse(primary(), ErrorCode.ERR_TIMEOUT);
        }

        CompletableFuture<Void> put = orders.put(bytes("k"), bytes("s"), bytes("2"));
        time.advance(ClientOptions.DEFAULTS.timeoutMs());

        assertFails(put, ErrorCode.ERR_TIMEOUT, "gave up after 3 attempts in 5000 ms");
    }

    @Test
    void aTtlBelowZeroIsRefused() {
        assertThatThrownBy(() -> orders.put(bytes("k"), bytes("s"), bytes("v"), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ttl of -1 s");
    }

    @Test
    void aWriterGroupsRowsOfOneHashKeyAndWritesAll() {
        try (RowWriter writer = new RowWriter(orders, 2)) {
            for (int i = 0; i < 250; i++) {
                writer.put(bytes("k"), bytes("s" + i), bytes("v"));
            }
            writer.put(bytes("other"), bytes("s"), bytes("v"));
            writer.put(new byte[0], bytes("s1"), bytes("v"));
            writer.put(new byte[0], bytes("s2"), bytes("v"));
        }

        assertThat(cluster.rowsOf(partition)).hasSizeGreaterThanOrEqualTo(250);
        long multiPuts = FakeCluster.REPLICAS.stream()
                .mapToLong(server -> cluster.rpc.sentTo(server, DataRpcs.MULTI_PUT))
                .sum();
        long puts = FakeCluster.REPLICAS.stream()
                .mapToLong(server -> cluster.rpc.sentTo(server, DataRpcs.PUT))
                .sum();
        assertThat(multiPuts).isEqualTo(3);
        assertThat(puts).isEqualTo(3);
    }

    @Test
    void aWriterThrowsTheFirstFailure() {
        RowWriter writer = new RowWriter(orders, 2);
        cluster.refuse(primary(), ErrorCode.ERR_BUSY);
        writer.put(bytes("k"), bytes("s"), bytes("v"));

        assertThatThrownBy(writer::close)
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("put of row 'k' : 's' of table 'orders'")
                .hasMessageContaining("ERR_BUSY");
    }

    @Test
    void aFailureThatAWriterThrewDoesNotHideBehindItsClose() {
        cluster.refuse(primary(), ErrorCode.ERR_BUSY);

        assertThatThrownBy(() -> {
                    try (RowWriter writer = new RowWriter(orders, 2)) {
                        writer.put(bytes("k"), bytes("s"), bytes("v"));
                        writer.flush();
                    }
                })
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("ERR_BUSY");
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
}
