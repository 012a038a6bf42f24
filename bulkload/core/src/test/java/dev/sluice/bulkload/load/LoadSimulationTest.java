package dev.sluice.bulkload.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberPhase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One load of three partitions on four nodes, driven by a seed: messages are lost, repeated and late, members come and go,
 * operators pause, restart and cancel, work ends in any order.
 *
 * <p>B.1: nothing is applied before every member of every partition was staged at once; a canceled or failed load is
 * applied nowhere. B.22: once the disturbances end, the load ends. {@code -Dsluice.seed=…} repeats one run.
 */
final class LoadSimulationTest {
    private static final int PARTITIONS = 3;

    static LongStream seeds() {
        Long one = Long.getLong("sluice.seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, 400);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aLoadIsAllOrNothingAndEnds(long seed) {
        World world = new World(new Random(seed));
        for (int i = 0; i < 600; i++) {
            world.disturb();
            world.checkInvariants(seed);
        }
        for (int i = 0; i < 4000 && world.load.phase().isLoading(); i++) {
            world.goOn();
            world.checkInvariants(seed);
        }
        boolean ended = !world.load.phase().isLoading();
        // A replica that comes back after the end is told, too.
        for (int i = 0; i < 1000; i++) {
            world.goOn();
        }
        assertThat(ended).as("-Dsluice.seed=%d: %s", seed, world).isTrue();
        assertThat(world.journaled).as("seed %d: records", seed).isLessThanOrEqualTo(40 + 2 * world.reconfigured);
        boolean succeeded = world.load.phase().status() == BulkLoadStatus.BLS_SUCCEED;
        for (Partition partition : world.partitions) {
            for (HostPort member : partition.members) {
                assertThat(partition.replica(member).applied)
                        .as("seed %d: %s of %d", seed, member, partition.index)
                        .isEqualTo(succeeded);
                assertThat(partition.replica(member).state.phase()).isEqualTo(MemberPhase.NONE);
            }
        }
    }

    /** The cluster: a leader, and of each partition the replicas on all nodes. */
    private static final class World {
        private final Random random;
        private final List<HostPort> nodes = new ArrayList<>();
        private final List<Partition> partitions = new ArrayList<>();
        private final LoadReports reports = new LoadReports(1);
        private AppLoad load;
        private int journaled;
        private int reconfigured;

        World(Random random) {
            this.random = random;
            for (int i = 1; i <= 4; i++) {
                nodes.add(new HostPort("10.0.0." + i, 34801));
            }
            List<PartitionLoad> facts = new ArrayList<>();
            for (int index = 0; index < PARTITIONS; index++) {
                Partition partition = new Partition(index, nodes);
                partitions.add(partition);
                facts.add(PartitionLoad.of(partition.ballot, partition.primary(), partition.members));
            }
            LoadPlan plan = new LoadPlan(1, 1, new LoadSource("local", "r", "c", "a"), 0, 0, "full", 2, 0, 0);
            load = AppLoad.start(plan, facts);
        }

        void disturb() {
            switch (random.nextInt(40)) {
                case 0 -> operator(AppEvent.Kind.PAUSE);
                case 1, 2, 3 -> operator(AppEvent.Kind.RESTART);
                case 4 -> {
                    if (random.nextInt(6) == 0) {
                        operator(AppEvent.Kind.CANCEL);
                    }
                }
                case 5, 6 -> reconfigure(any());
                default -> goOn();
            }
        }

        private void operator(AppEvent.Kind kind) {
            replay(load.decide(kind, "a").changes());
        }

        private Partition any() {
            return partitions.get(random.nextInt(PARTITIONS));
        }

        /** Something that goes on by itself. */
        void goOn() {
            if (load.phase() instanceof AppPhase.Paused) {
                operator(AppEvent.Kind.RESTART);
            }
            Partition partition = any();
            switch (random.nextInt(8)) {
                case 0 -> {
                    if (random.nextInt(2) == 0) {
                        replay(load.decideManifests(1, pins()));
                    }
                }
                case 1 -> directive(partition);
                case 2, 3 -> partition.anyReplica(random).work(random);
                case 4 -> partition.report(random.nextInt(3) > 0);
                case 5 -> hear(partition);
                case 6 -> replay(load.decidePublish(99));
                default -> restore(partition);
            }
        }

        private static List<ManifestPin> pins() {
            List<ManifestPin> pins = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                pins.add(new ManifestPin("digest", 2, 100, true));
            }
            return pins;
        }

        private void replay(List<LoadChange> changes) {
            for (LoadChange change : changes) {
                journaled++;
                boolean wasPublished = load.phase().isPublished();
                load = load.replay(change);
                if (!wasPublished && load.phase().isPublished()) {
                    // Not a member was missing when it became visible.
                    assertThat(load.allStaged()).isTrue();
                    partitions.forEach(partition -> partition.members.forEach(
                            member -> assertThat(partition.replica(member).state.phase())
                                    .as("%s of %d", member, partition.index)
                                    .isIn(MemberPhase.STAGED, MemberPhase.DOWNLOADING)));
                }
            }
        }

        private void directive(Partition partition) {
            if (load.isPinned() || load.phase().goal() != LoadGoal.DOWNLOAD) {
                LoadDirective directive = LoadWire.directive(load, partition.index);
                partition.onDirective(directive, random);
            }
        }

        private void hear(Partition partition) {
            // Anything said so far may come now, again or late.
            if (!partition.said.isEmpty()) {
                Said said = partition.said.get(
                        random.nextBoolean() ? partition.said.size() - 1 : random.nextInt(partition.said.size()));
                if (said.ballot.equals(partition.ballot)) {
                    reports.hear(partition.index, said.ballot, 1, said.members);
                }
            }
            for (int index = 0; index < PARTITIONS; index++) {
                reports.reconsider(index);
            }
            replay(load.decide(reports, node -> true));
        }

        private void reconfigure(Partition partition) {
            List<HostPort> members = new ArrayList<>(partition.members);
            int choice = random.nextInt(3);
            if (choice == 0 && members.size() > 1) {
                HostPort gone = members.remove(random.nextInt(members.size()));
                partition.replica(gone).restart();
            } else if (choice == 1) {
                members.add(0, members.remove(members.size() - 1));
            } else {
                add(partition, members);
            }
            configure(partition, members);
        }

        private void restore(Partition partition) {
            if (partition.members.size() < 2) {
                List<HostPort> members = new ArrayList<>(partition.members);
                add(partition, members);
                configure(partition, members);
            }
        }

        private void add(Partition partition, List<HostPort> members) {
            for (HostPort node : nodes) {
                if (!members.contains(node)
                        && members.size() < 3
                        && load.mayBecomeMember(partition.index, node, reports)) {
                    // It learned all that the primary has applied.
                    if (partition.replica(partition.primary()).applied) {
                        partition.replica(node).learnPublish();
                    }
                    members.add(node);
                    return;
                }
            }
        }

        private void configure(Partition partition, List<HostPort> members) {
            if (!members.equals(partition.members)) {
                partition.configure(members);
                load = load.configured(partition.index, partition.ballot, partition.primary(), members);
                reconfigured++;
            }
        }

        void checkInvariants(long seed) {
            for (Partition partition : partitions) {
                for (Replica replica : partition.replicas.values()) {
                    assertThat(replica.applied && !load.phase().isPublished())
                            .as("seed %d: a replica of %d has applied what is not published", seed, partition.index)
                            .isFalse();
                    assertThat(replica.timesApplied)
                            .as("seed %d: ingests", seed)
                            .isLessThanOrEqualTo(1);
                }
            }
            if (load.phase() instanceof AppPhase.CleaningUp cleaning
                    && cleaning.result() != BulkLoadStatus.BLS_SUCCEED) {
                assertThat(partitions.stream().flatMap(p -> p.replicas.values().stream()))
                        .as("seed %d: %s", seed, cleaning)
                        .noneMatch(replica -> replica.applied);
            }
        }

        @Override
        public String toString() {
            return load.phase() + " " + load.partitions() + " " + partitions;
        }
    }

    private record Said(Ballot ballot, Map<HostPort, MemberReport> members) {}

    /** A group of replicas. */
    private static final class Partition {
        private final int index;
        private final Map<HostPort, Replica> replicas = new TreeMap<>();
        private final List<Said> said = new ArrayList<>();
        private final List<LoadDirective> directives = new ArrayList<>();
        private Ballot ballot = new Ballot(1);
        private List<HostPort> members;
        private GroupLoad group = GroupLoad.begin(LoadOrder.NOTHING);

        Partition(int index, List<HostPort> nodes) {
            this.index = index;
            nodes.forEach(node -> replicas.put(node, new Replica(node)));
            members = List.copyOf(nodes.subList(0, 3));
        }

        HostPort primary() {
            return members.get(0);
        }

        Replica replica(HostPort node) {
            Replica replica = replicas.get(node);
            if (replica == null) {
                throw new IllegalArgumentException(node + " is no node");
            }
            return replica;
        }

        Replica anyReplica(Random random) {
            return new ArrayList<>(replicas.values()).get(random.nextInt(replicas.size()));
        }

        void configure(List<HostPort> newMembers) {
            ballot = ballot.next();
            members = List.copyOf(newMembers);
            group = GroupLoad.begin(LoadOrder.NOTHING);
            directives.clear();
        }

        /** The newest reaches the primary; members and learners get one of those of this ballot, so perhaps an old one. */
        void onDirective(LoadDirective directive, Random random) {
            directives.add(directive);
            group = group.onOrder(LoadWire.order(directive, primary()));
            replica(primary()).order(directive);
            for (Replica replica : replicas.values()) {
                if (random.nextInt(3) > 0) {
                    replica.order(directives.get(directives.size() - 1));
                }
            }
        }

        void report(boolean heard) {
            Set<HostPort> all = new HashSet<>(replicas.keySet());
            for (HostPort node : all) {
                if (heard) {
                    group = group.onReport(node, replica(node).report());
                }
            }
            said.add(new Said(ballot, group.members()));
            Replica primary = replica(primary());
            if (group.shouldPropose(members, primary.applied ? 1 : 0)) {
                for (HostPort member : members) {
                    replica(member).apply();
                }
            }
        }

        @Override
        public String toString() {
            return "\n" + index + " ballot " + ballot + " members " + members + " " + group + " " + replicas.values();
        }
    }

    /** One replica with its disk, driven by its machine. */
    private static final class Replica {
        private final HostPort node;
        private final List<Effect> todo = new ArrayList<>();
        private ReplicaLoad state = ReplicaLoad.idle();
        private boolean applied;
        private int timesApplied;
        private long sequence;
        private long incarnation = 1;

        Replica(HostPort node) {
            this.node = node;
        }

        void order(LoadDirective directive) {
            take(state.onOrder(LoadWire.order(directive, node)));
            if (applied) {
                take(state.onPublished(1, 0));
            }
        }

        void take(Step step) {
            state = step.next();
            todo.addAll(step.effects());
        }

        void work(Random random) {
            take(state.onDurable(random.nextInt(20)));
            if (todo.isEmpty()) {
                return;
            }
            Effect effect = todo.remove(0);
            if (effect instanceof Effect.RequestSlot) {
                take(state instanceof ReplicaLoad.Waiting ? state.onSlot() : Step.to(state));
            } else if (effect instanceof Effect.Fetch fetch) {
                take(state.onManifest(fetch.attempt(), new FileTotals("digest", 2, 100)));
                take(state.onFetched(fetch.attempt()));
            } else if (effect instanceof Effect.Verify verify) {
                take(state.onVerified(verify.attempt()));
            } else if (effect instanceof Effect.Stop stop) {
                take(state.onStopped(stop.attempt()));
            } else if (effect instanceof Effect.Delete delete) {
                take(state.onDeleted(delete.upToLoadId()));
            }
        }

        void apply() {
            assertThat(state.phase()).isIn(MemberPhase.STAGED, MemberPhase.PUBLISHED);
            if (!applied) {
                applied = true;
                timesApplied++;
                take(state.onPublished(1, 10));
            }
        }

        void learnPublish() {
            if (!applied) {
                applied = true;
                timesApplied++;
                take(state.onPublished(1, 0));
            }
        }

        /** A new process: what was on its way is gone, what is on the disk is found. */
        void restart() {
            todo.clear();
            incarnation++;
            sequence = 0;
            boolean staged = state instanceof ReplicaLoad.Staged;
            boolean nothing = state instanceof ReplicaLoad.Idle;
            FileTotals totals = new FileTotals("digest", 2, 100);
            state = nothing
                    ? ReplicaLoad.idle()
                    : staged ? ReplicaLoad.foundStaged(1, totals, false) : ReplicaLoad.foundPart(1);
            if (applied) {
                take(state.onPublished(1, 0));
            }
        }

        MemberReport report() {
            LoadError error =
                    state instanceof ReplicaLoad.Failed failed ? failed.error() : new LoadError(ErrorCode.ERR_OK, "");
            boolean verified = state instanceof ReplicaLoad.Staged staged && staged.deep();
            return new MemberReport(
                    state.loadId(),
                    state.phase(),
                    0,
                    state.totals().bytes(),
                    0,
                    0,
                    state.totals().files(),
                    state.phase() == MemberPhase.FAILED ? error : null,
                    false,
                    state.message(),
                    state.totals().digest(),
                    verified,
                    ++sequence,
                    incarnation);
        }

        @Override
        public String toString() {
            return "\n  " + node + " " + state + " applied=" + applied + " todo=" + todo;
        }
    }
}
