package dev.sluice.meta.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MetaStateTest {
    private static final HostPort N1 = new HostPort("127.0.0.1", 34801);
    private static final HostPort N2 = new HostPort("127.0.0.1", 34802);
    private static final Gpid P = new Gpid(1, 0);

    @Test
    void anAppThatIsDroppedIsFoundByIdAndNotByName() {
        MetaState state = withOrders().replay(List.of(new AppRecord.AppDropped(1, 5, 10)));
        assertThat(state.findApp("orders")).isEmpty();
        assertThat(state.requireApp(1).status()).isEqualTo(AppStatus.DROPPED);
        assertThat(state.isExpired(1)).isFalse();
    }

    @Test
    void aDropAndARecallEachRaiseTheBallotAndKeepTheMembers() {
        MetaState configured = withOrders().replay(List.of(configure(1, N1, N2)));
        MetaState dropped = configured.replay(List.of(new AppRecord.AppDropped(1, 5, 10)));
        MetaState recalled = dropped.replay(List.of(new AppRecord.AppRecalled(1, "orders")));
        assertThat(dropped.requirePartition(P).ballot()).isEqualTo(new Ballot(2));
        assertThat(recalled.requirePartition(P).configuration())
                .isEqualTo(new Configuration(P, new Ballot(3), N1, List.of(N2)));
    }

    @Test
    void anExpiredAppIsGoneAndKnownToBeGone() {
        MetaState state = withOrders().replay(List.of(new AppRecord.AppDropped(1, 5, 10), new AppRecord.AppExpired(1)));
        assertThat(state.partitions()).isEmpty();
        assertThat(state.isExpired(1)).isTrue();
        assertThat(state.isExpired(2))
                .as("an app that this state has never heard of")
                .isFalse();
    }

    @Test
    void whoLeavesAConfigurationIsRememberedUntilItIsBack() {
        MetaState without = withOrders().replay(List.of(configure(1, N1, N2), configure(2, N1)));
        assertThat(without.requirePartition(P).lastDrops()).containsExactly(new Partition.Drop(N2, 2));
        assertThat(without.replay(List.of(configure(3, N1, N2)))
                        .requirePartition(P)
                        .lastDrops())
                .isEmpty();
    }

    @Test
    void aConfigurationWithAnOldBallotIsRefused() {
        MetaState state = withOrders().replay(List.of(configure(2, N1)));
        assertThatThrownBy(() -> state.replay(List.of(configure(2, N2)))).hasMessageContaining("1.0");
    }

    @Test
    void anEntryOfAnotherTermChangesNothing() {
        MetaState state = withOrders();
        JournalEntry entry = new JournalEntry(4, 1, List.of(new AppRecord.AppDropped(1, 5, 10)));
        assertThat(state.replay(entry, 5)).isSameAs(state);
        assertThat(state.replay(entry, 4).findApp("orders")).isEmpty();
    }

    @Test
    void theDigestIsThatOfTheContentAndNotOfTheWay() {
        MetaState straight = withOrders();
        MetaState around = withOrders()
                .replay(List.of(
                        new AppRecord.AppRenamed(1, "other"),
                        new ClusterRecord.FunctionLevelSet(FunctionLevel.FREEZED),
                        new AppRecord.AppRenamed(1, "orders"),
                        new ClusterRecord.FunctionLevelSet(FunctionLevel.STEADY)));
        assertThat(around).isEqualTo(straight);
        assertThat(around.digest()).isEqualTo(straight.digest());
        assertThat(around.replay(List.of(configure(1, N1))).digest()).isNotEqualTo(straight.digest());
    }

    @Test
    void theStateThatWasLeftIsAsItWas() {
        MetaState before = withOrders();
        long digest = before.digest();
        before.replay(List.of(configure(1, N1), new AppRecord.AppDropped(1, 5, 10)));
        assertThat(before.digest()).isEqualTo(digest);
        assertThat(before.requirePartition(P).isUnconfigured()).isTrue();
    }

    private static MetaState withOrders() {
        return MetaState.EMPTY.replay(List.of(
                new ClusterRecord.ClusterCreated("c-1", 1, FunctionLevel.STEADY),
                new AppRecord.AppCreated(1, "orders", "pegasus", 1, 3, new TreeMap<>(), true, false, 1)));
    }

    private static MetaRecord configure(long ballot, HostPort primary, HostPort... secondaries) {
        return new PartitionRecord.PartitionsConfigured(
                ballot, List.of(new Configuration(P, new Ballot(ballot), primary, List.of(secondaries))));
    }
}
