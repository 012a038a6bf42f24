package dev.sluice.meta.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.load.AppPhase;
import dev.sluice.bulkload.load.LoadChange;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.load.LoadSource;
import dev.sluice.bulkload.load.ManifestPin;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JournalEntryTest {
    private static final HostPort N1 = new HostPort("127.0.0.1", 34801);
    private static final HostPort N2 = new HostPort("127.0.0.1", 34802);

    static final List<MetaRecord> ONE_OF_EACH = List.of(
            new ClusterRecord.ClusterCreated("c-1", 17, FunctionLevel.STEADY),
            new ClusterRecord.FunctionLevelSet(FunctionLevel.LIVELY),
            new AppRecord.AppCreated(
                    1, "orders", "pegasus", 2, 3, new TreeMap<>(Map.of("default_ttl", "5")), true, false, 1700),
            new AppRecord.AppEnvsChanged(1, new TreeMap<>(Map.of("a", "b")), List.of("default_ttl")),
            new AppRecord.MaxReplicaCountSet(1, 2),
            new AppRecord.AppRenamed(1, "orders2"),
            new NodeRecord.NodeRegistered(N1, 77, 1800),
            new PartitionRecord.PartitionsConfigured(
                    1900, List.of(new Configuration(new Gpid(1, 0), new Ballot(1), N1, List.of(N2)))),
            new LoadRecord.LoadStarted(
                    new LoadPlan(1, 1, new LoadSource("local", "r", "c", "orders"), 0, 0, "full", 2, 0, 1950)),
            new LoadRecord.LoadChanged(
                    1,
                    1,
                    new LoadChange.ManifestsPinned(
                            List.of(new ManifestPin("d0", 1, 10, true), new ManifestPin("d1", 0, 0, true)))),
            new LoadRecord.LoadChanged(
                    1,
                    1,
                    new LoadChange.PartitionsStaged(
                            List.of(new LoadChange.StagedPartition(0, new Ballot(1), List.of(N1, N2))))),
            new LoadRecord.LoadChanged(1, 1, new LoadChange.Moved(new AppPhase.Paused())),
            new LoadRecord.LoadChanged(1, 1, new LoadChange.Moved(new AppPhase.Ingesting(1960))),
            new LoadRecord.LoadChanged(
                    1,
                    1,
                    new LoadChange.Moved(new AppPhase.Ended(
                            BulkLoadStatus.BLS_FAILED, new LoadError(ErrorCode.ERR_CORRUPTION, "0.sst"), 0))),
            new LoadRecord.LoadCleared(1),
            new AppRecord.AtomicIdempotentSet(1, true),
            new AppRecord.AppDropped(1, 2000, 3000),
            new AppRecord.AppRecalled(1, "orders"),
            new AppRecord.AppDropped(1, 2000, 3000),
            new AppRecord.AppExpired(1));

    @Test
    void everyRecordIsReadBackAsItWasWritten() {
        JournalEntry entry = new JournalEntry(3, 9, ONE_OF_EACH);
        assertThat(JournalEntry.fromBytes(entry.toBytes())).isEqualTo(entry);
    }

    @Test
    void theStoredFormIsThatOfTheGoldenEntry() {
        JournalEntry entry = new JournalEntry(3, 9, List.of(ONE_OF_EACH.get(6), ONE_OF_EACH.get(7)));
        assertThat(new String(entry.toBytes(), UTF_8))
                .isEqualTo(
                        "{\"format\":1,\"term\":3,\"batch\":9,\"records\":["
                                + "{\"record\":\"node_registered\",\"address\":\"127.0.0.1:34801\",\"incarnation\":77,\"atMs\":1800},"
                                + "{\"record\":\"partitions_configured\",\"atMs\":1900,\"configurations\":["
                                + "{\"gpid\":\"1.0\",\"ballot\":\"1\",\"primary\":\"127.0.0.1:34801\",\"secondaries\":[\"127.0.0.1:34802\"]}]}]}");
    }

    @Test
    void aNewerFormatIsRefusedByName() {
        assertThatThrownBy(() ->
                        JournalEntry.fromBytes("{\"format\":2,\"term\":1,\"batch\":1,\"records\":[]}".getBytes(UTF_8)))
                .isInstanceOf(UnreadableEntryException.class)
                .hasMessageContaining("format 2");
    }

    @Test
    void anUnknownRecordAndAnUnknownFieldAreRefused() {
        assertThatThrownBy(() -> JournalEntry.fromBytes(
                        "{\"format\":1,\"term\":1,\"batch\":1,\"records\":[{\"record\":\"who_knows\"}]}"
                                .getBytes(UTF_8)))
                .isInstanceOf(UnreadableEntryException.class)
                .hasMessageContaining("who_knows");
        assertThatThrownBy(() -> JournalEntry.fromBytes(
                        "{\"format\":1,\"term\":1,\"batch\":1,\"records\":[{\"record\":\"app_expired\",\"appId\":1,\"x\":2}]}"
                                .getBytes(UTF_8)))
                .isInstanceOf(UnreadableEntryException.class)
                .hasMessageContaining("\"x\"");
    }
}
