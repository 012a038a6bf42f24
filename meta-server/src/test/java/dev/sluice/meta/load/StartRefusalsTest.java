package dev.sluice.meta.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.load.LoadSource;
import dev.sluice.bulkload.load.ManifestPin;
import dev.sluice.bulkload.load.PartitionLoad;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.load.StartCheck.Refusal;
import dev.sluice.meta.state.AppRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.21, B.22: what a start is refused for, and what a dry run says. */
class StartRefusalsTest {
    private static final HostPort N1 = new HostPort("10.0.0.1", 34801);
    private static final HostPort N2 = new HostPort("10.0.0.2", 34801);

    @TempDir
    private Path root;

    @Test
    void anAppThatIsNotThere() {
        assertRefused(
                ErrorCode.ERR_APP_NOT_EXIST,
                "app not existed is ",
                () -> StartCheck.checkState(MetaState.EMPTY, request("c")));
    }

    @Test
    void anAppWhoseValuesHaveAnotherVersion() {
        assertRefused(
                ErrorCode.ERR_INCONSISTENT_STATE,
                "app orders keeps values of version 0, file sets have version 1",
                () -> StartCheck.checkState(withOrders(Map.of("value_version", "0")), request("c")));
    }

    @Test
    void aModeThatIsUnknown() {
        assertRefused(
                ErrorCode.ERR_INVALID_PARAMETERS,
                "mode 7 is not known here, expected 0 (merge), 1 (behind) or 2 (replace)",
                () -> StartCheck.mode(request("c").setMode(7)));
    }

    @Test
    void aPlaceThatIsNoPlace() throws Exception {
        MetaState state = withOrders(Map.of());
        try (BlockStores stores = new BlockStores(List.of(BlockService.of("local", "local_service", "")))) {
            assertRefused(
                    ErrorCode.ERR_FILE_OPERATION_FAILED,
                    "file_provider error: '" + root + "/../orders': cluster name '..' begins with a dot",
                    () -> StartCheck.checkSource(stores, state.findApp("orders").orElseThrow(), request("..")));
        }
    }

    @Test
    void aDryRunSaysWhatEachNodeWouldFetchAndWhoWouldWait() {
        LoadPlan plan = new LoadPlan(5, 1, new LoadSource("local", "r", "c", "orders"), 0, 0, "full", 2, 0, 0);
        PartitionLoad partition = PartitionLoad.of(new Ballot(1), N1, List.of(N1, N2));
        ManifestPin pin = new ManifestPin("digest", 3, 500_000_000, true);
        AppLoad load = AppLoad.start(plan, List.of(partition, partition));
        assertThat(Forecast.describe(load, List.of(pin, pin), new OneLive())).isEqualTo("""
                        the load can start: 6 files, 1000000000 bytes in 2 partitions; each node would fetch:
                          10.0.0.1:34801: 1000000000 bytes for 2 replicas, 7 bytes are free; 10.0 s at 100 MB/s
                          10.0.0.2:34801: 1000000000 bytes for 2 replicas, what is free is not known; 10.0 s at 100 MB/s
                          partition 1.0 would wait: it has 1 live replicas, expected at least 2
                          partition 1.1 would wait: it has 1 live replicas, expected at least 2""");
    }

    private StartBulkLoadRequest request(String cluster) {
        return new StartBulkLoadRequest()
                .setAppName("orders")
                .setClusterName(cluster)
                .setFileProviderType("local")
                .setRemoteRootPath(root.toString());
    }

    private static MetaState withOrders(Map<String, String> envs) {
        return MetaState.EMPTY.replay(
                List.of(new AppRecord.AppCreated(1, "orders", "pegasus", 2, 3, new TreeMap<>(envs), true, false, 1)));
    }

    private static void assertRefused(ErrorCode code, String words, ThrowingCallable start) {
        assertThatThrownBy(start)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessage(words);
    }

    /** The second node is dead, and never said what is free. */
    private static final class OneLive implements Nodes {
        @Override
        public boolean isLive(HostPort node) {
            return node.equals(N1);
        }

        @Override
        public OptionalLong freeBytes(HostPort node) {
            return node.equals(N1) ? OptionalLong.of(7) : OptionalLong.empty();
        }

        @Override
        public void tell(Collection<Gpid> partitions) {}
    }
}
