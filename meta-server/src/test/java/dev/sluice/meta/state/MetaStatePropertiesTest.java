package dev.sluice.meta.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random histories, each decided on the state that it makes. */
class MetaStatePropertiesTest {
    @Property(tries = 200)
    void replayingTheStoredRecordsGivesTheSameState(@ForAll long seed) {
        List<MetaRecord> history = new History(seed).records;
        MetaState stepByStep = MetaState.EMPTY;
        for (MetaRecord record : history) {
            stepByStep = record.replayOn(stepByStep);
        }
        JournalEntry stored = JournalEntry.fromBytes(new JournalEntry(1, 1, history).toBytes());
        MetaState replayed = MetaState.EMPTY.replay(stored, 1);
        assertThat(replayed).isEqualTo(stepByStep);
        assertThat(replayed.digest()).isEqualTo(stepByStep.digest());
    }

    @Property(tries = 200)
    void theDigestIsTheSumOverWhatIsThere(@ForAll long seed) {
        MetaState state = MetaState.EMPTY.replay(new History(seed).records);
        long sum = EntityHash.of("cluster", state.clusterId())
                - EntityHash.of("cluster", "")
                + EntityHash.of("level", state.functionLevel())
                - EntityHash.of("level", MetaState.EMPTY.functionLevel())
                + EntityHash.of("lastAppId", state.lastAppId())
                - EntityHash.of("lastAppId", 0);
        for (App app : state.apps()) {
            sum += EntityHash.of("app", app);
        }
        for (Partition partition : state.partitions()) {
            sum += EntityHash.of("partition", partition);
        }
        for (Node node : state.nodes()) {
            sum += EntityHash.of("node", node);
        }
        assertThat(state.digest()).isEqualTo(sum);
    }

    @Property(tries = 200)
    void ballotsOnlyGrowAndNobodyStandsTwice(@ForAll long seed) {
        MetaState state = MetaState.EMPTY;
        for (MetaRecord record : new History(seed).records) {
            MetaState next = record.replayOn(state);
            for (Partition partition : state.partitions()) {
                next.findPartition(partition.gpid())
                        .ifPresent(after -> assertThat(after.ballot()).isGreaterThanOrEqualTo(partition.ballot()));
            }
            for (Partition partition : next.partitions()) {
                assertThat(partition.configuration().members()).doesNotHaveDuplicates();
                assertThat(partition.lastDrops())
                        .noneMatch(drop -> partition.configuration().hasMember(drop.node()));
            }
            state = next;
        }
    }

    private static final class History {
        final List<MetaRecord> records = new ArrayList<>();
        private final Random random;
        private MetaState state = MetaState.EMPTY;

        History(long seed) {
            random = new Random(seed);
            add(new ClusterRecord.ClusterCreated("c-" + seed, seed, FunctionLevel.STEADY));
            for (int i = 0; i < 40; i++) {
                add(any(i));
            }
        }

        private MetaRecord any(int step) {
            List<App> apps = List.copyOf(state.apps());
            App app = apps.isEmpty() ? null : apps.get(random.nextInt(apps.size()));
            if (app == null || random.nextInt(5) == 0) {
                return new AppRecord.AppCreated(
                        state.lastAppId() + 1 + random.nextInt(2),
                        "app" + step,
                        "pegasus",
                        1 + random.nextInt(4),
                        1 + random.nextInt(3),
                        new TreeMap<>(),
                        true,
                        false,
                        step);
            }
            if (!app.isAvailable()) {
                return random.nextBoolean()
                        ? new AppRecord.AppRecalled(app.id(), "again" + step)
                        : new AppRecord.AppExpired(app.id());
            }
            return switch (random.nextInt(5)) {
                case 0 -> new AppRecord.AppDropped(app.id(), step, step + 10);
                case 1 ->
                    new AppRecord.AppEnvsChanged(
                            app.id(), new TreeMap<>(Map.of("k" + random.nextInt(3), "v" + step)), List.of("k0"));
                case 2 -> new NodeRecord.NodeRegistered(node(), step, step);
                default -> configure(app, step);
            };
        }

        private MetaRecord configure(App app, int step) {
            Partition partition = state.partitionsOf(app.id()).get(random.nextInt(app.partitionCount()));
            HostPort primary = node();
            List<HostPort> secondaries = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                HostPort other = node();
                if (!other.equals(primary) && !secondaries.contains(other)) {
                    secondaries.add(other);
                }
            }
            return new PartitionRecord.PartitionsConfigured(
                    step, List.of(partition.configuration().next(primary, secondaries)));
        }

        private HostPort node() {
            return new HostPort("127.0.0.1", 34801 + random.nextInt(5));
        }

        private void add(MetaRecord record) {
            records.add(record);
            state = record.replayOn(state);
        }
    }
}
