package dev.sluice.meta.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.AppRecord.AppCreated;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A leader that asks the guardian turn by turn, and nodes that do at once what they are told. What must hold in every turn is
 * checked in every turn: ballots grow one by one; whoever becomes primary was a member; the one before it is dead, has
 * failed, is a new run, or has confirmed that it serves no more.
 */
public final class ModelCluster {
    private static final long REPLACE_DELAY_MS = 10_000;
    private static final long TURN_MS = 1_000;
    /** So many turns without a record outlast every delay. */
    private static final int QUIET_TURNS = 12;

    private final Guardian guardian = new Guardian(REPLACE_DELAY_MS, Admission.ANY);
    private final Map<HostPort, Node> nodes = new TreeMap<>();
    private final Map<Gpid, Move> moves = new TreeMap<>();
    private final Map<Gpid, String> ended = new LinkedHashMap<>();
    private Map<Gpid, List<HostPort>> learners = new TreeMap<>();
    private final Map<Gpid, Long> asked = new TreeMap<>();
    private Map<Gpid, String> waiting = Map.of();
    private MetaState state = MetaState.EMPTY;
    private long lastSequence;
    private long wallMs = 1_000_000;

    /** One node, with what it has on its disk. */
    private static final class Node {
        private Standing standing = Standing.LIVE;
        private final Map<Gpid, Long> prepared = new HashMap<>();
        private final Set<Gpid> failed = new HashSet<>();
        private final Map<Gpid, Long> handedOver = new HashMap<>();
    }

    public static HostPort n(int number) {
        return new HostPort("n" + number, 34801);
    }

    public ModelCluster(int nodeCount) {
        for (int i = 1; i <= nodeCount; i++) {
            nodes.put(n(i), new Node());
        }
    }

    private Node at(HostPort address) {
        return Objects.requireNonNull(nodes.get(address), () -> "no node " + address);
    }

    public MetaState state() {
        return state;
    }

    public Map<Gpid, Move> moves() {
        return moves;
    }

    /** Why moves that are under way no more ended; empty for one that was done. */
    public Map<Gpid, String> ended() {
        return ended;
    }

    public Map<Gpid, String> waiting() {
        return waiting;
    }

    public Configuration configuration(Gpid gpid) {
        return state.requirePartition(gpid).configuration();
    }

    public void createApp(int partitions, int replicas) {
        int id = state.lastAppId() + 1;
        apply(List.of(
                new AppCreated(id, "app" + id, "pegasus", partitions, replicas, new TreeMap<>(), true, false, 1)));
    }

    /** The members have the data. */
    public void configure(Gpid gpid, List<HostPort> members) {
        Configuration now = configuration(gpid);
        apply(List.of(new PartitionsConfigured(
                wallMs, List.of(now.next(members.get(0), members.subList(1, members.size()))))));
        members.forEach(node -> at(node).prepared.put(gpid, 5L));
    }

    public void stand(HostPort node, Standing standing) {
        at(node).standing = standing;
    }

    public Standing standing(HostPort node) {
        return at(node).standing;
    }

    public List<HostPort> live() {
        return nodes.keySet().stream()
                .filter(node -> standing(node) == Standing.LIVE)
                .toList();
    }

    /** Its disk has nothing any more. */
    public void wipe(HostPort node) {
        at(node).prepared.clear();
    }

    public void setPrepared(HostPort node, Gpid gpid, long decree) {
        at(node).prepared.put(gpid, decree);
    }

    public void fail(HostPort node, Gpid gpid) {
        at(node).failed.add(gpid);
    }

    public void learn(Gpid gpid, HostPort node) {
        learners.put(gpid, List.of(node));
    }

    /** One turn; returns how many records came of it. */
    public int turn() {
        wallMs += TURN_MS;
        List<MetaRecord> settled = Arrivals.settle(state, view());
        apply(settled);
        nodes.forEach((address, node) -> {
            boolean registered = state.findNode(address).isPresent();
            if (node.standing == Standing.ARRIVING && registered && isSettled(settled, address)) {
                node.standing = Standing.LIVE;
            }
        });
        List<Gpid> all = state.partitions().stream().map(Partition::gpid).toList();
        Plan plan = guardian.plan(
                state, all, view(), new Wishes(Wishes.learning(learners).learners(), moves, asked));
        if (!plan.configurations().isEmpty()) {
            apply(List.of(new PartitionsConfigured(wallMs, plan.configurations())));
        }
        learners = new TreeMap<>(plan.learners());
        all.forEach(gpid -> ask(gpid, plan.handingOver().contains(gpid)));
        plan.movesEnded().forEach((gpid, why) -> {
            moves.remove(gpid);
            ended.put(gpid, why);
        });
        waiting = plan.waiting();
        work();
        return settled.size() + plan.configurations().size();
    }

    private static boolean isSettled(List<MetaRecord> records, HostPort node) {
        return records.toString().contains("NodeRegistered[address=" + node);
    }

    private void ask(Gpid gpid, boolean handOver) {
        if (handOver) {
            asked.computeIfAbsent(gpid, any -> ++lastSequence);
        } else {
            asked.remove(gpid);
        }
    }

    /** What the nodes do that are told. */
    private void work() {
        for (Partition partition : state.partitions()) {
            Gpid gpid = partition.gpid();
            HostPort primary = partition.primary();
            for (HostPort member : partition.configuration().members()) {
                Node node = at(member);
                node.handedOver.remove(gpid);
                if (node.standing == Standing.LIVE) {
                    node.prepared.putIfAbsent(gpid, 0L);
                }
            }
            if (primary == null || standing(primary) != Standing.LIVE) {
                continue;
            }
            Long sequence = asked.get(gpid);
            if (sequence != null) {
                at(primary).handedOver.put(gpid, sequence);
            }
            for (HostPort learner : learners.getOrDefault(gpid, List.of())) {
                Node node = at(learner);
                if (node.standing == Standing.LIVE && !at(primary).failed.contains(gpid)) {
                    node.failed.remove(gpid);
                    node.prepared.put(gpid, at(primary).prepared.getOrDefault(gpid, 0L));
                }
            }
        }
    }

    private void apply(List<MetaRecord> records) {
        MetaState before = state;
        state = state.replay(records);
        for (Partition after : state.partitions()) {
            Partition old = before.findPartition(after.gpid()).orElse(null);
            if (old != null && !old.configuration().equals(after.configuration())) {
                check(old.configuration(), after.configuration());
            }
        }
    }

    private void check(Configuration before, Configuration after) {
        assertThat(after.ballot())
                .as("%s -> %s", before, after)
                .isEqualTo(before.ballot().next());
        HostPort old = before.primary();
        HostPort next = after.primary();
        if (old == null || next == null) {
            assertThat(next).as("%s -> %s", before, after).isNotNull();
            return;
        }
        if (next.equals(old)) {
            return;
        }
        assertThat(before.members()).as("members before %s", after).contains(next);
        assertThat(standing(next))
                .as("the new primary of %s", after)
                .isIn(Standing.LIVE, Standing.ARRIVING, Standing.DEAD);
        Node given = at(old);
        boolean gone = given.standing == Standing.DEAD || given.standing == Standing.ARRIVING;
        boolean confirmed = asked.containsKey(before.gpid())
                && asked.get(before.gpid()).equals(given.handedOver.get(before.gpid()));
        assertThat(gone || given.failed.contains(before.gpid()) || confirmed)
                .as("%s serves no more: %s -> %s", old, before, after)
                .isTrue();
    }

    public ClusterView view() {
        TreeMap<HostPort, NodeView> views = new TreeMap<>();
        nodes.forEach((address, node) -> {
            Map<Gpid, ReplicaView> replicas = new HashMap<>();
            node.prepared.forEach((gpid, prepared) -> replicas.put(gpid, replica(address, node, gpid, prepared)));
            views.put(address, new NodeView(node.standing, 1, replicas));
        });
        return new ClusterView(wallMs, views);
    }

    private ReplicaView replica(HostPort address, Node node, Gpid gpid, long prepared) {
        Partition partition = state.findPartition(gpid).orElse(null);
        Ballot ballot = partition == null ? Ballot.NONE : partition.ballot();
        ReplicaView.Role role = role(address, node, gpid, partition == null ? null : partition.configuration());
        Map<HostPort, Long> caughtUp = new TreeMap<>();
        Set<HostPort> unreachable = new TreeSet<>();
        if (role == ReplicaView.Role.PRIMARY && partition != null) {
            learners.getOrDefault(gpid, List.of()).stream()
                    .filter(learner -> standing(learner) == Standing.LIVE)
                    .forEach(learner -> caughtUp.put(learner, 0L));
        }
        return new ReplicaView(
                ballot, role, prepared, prepared, caughtUp, unreachable, 0, node.handedOver.getOrDefault(gpid, 0L), 0);
    }

    private ReplicaView.Role role(HostPort address, Node node, Gpid gpid, @Nullable Configuration configuration) {
        if (node.standing == Standing.ARRIVING || configuration == null) {
            return ReplicaView.Role.INACTIVE;
        }
        if (node.failed.contains(gpid)) {
            return ReplicaView.Role.ERROR;
        }
        if (configuration.isPrimary(address)) {
            return ReplicaView.Role.PRIMARY;
        }
        if (configuration.hasMember(address)) {
            return ReplicaView.Role.SECONDARY;
        }
        return learners.getOrDefault(gpid, List.of()).contains(address)
                ? ReplicaView.Role.LEARNER
                : ReplicaView.Role.INACTIVE;
    }

    /** Turns until nothing changes for a while; returns how many turns changed something. */
    public int settle(int turnsMax) {
        int changed = 0;
        int quiet = 0;
        List<Integer> history = new ArrayList<>();
        for (int i = 0; i < turnsMax && quiet < QUIET_TURNS; i++) {
            int records = turn();
            history.add(records);
            quiet = records == 0 && moves.isEmpty() ? quiet + 1 : 0;
            changed += records == 0 ? 0 : 1;
        }
        assertThat(quiet)
                .as("still at work after %s turns: %s, %s", turnsMax, history, this)
                .isEqualTo(QUIET_TURNS);
        return changed;
    }

    /** Nothing follows any more, however long it takes. */
    public void assertSilent() {
        for (int i = 0; i < 15; i++) {
            assertThat(turn()).as("records of a cluster at rest: %s", this).isZero();
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        nodes.forEach((address, node) ->
                text.append(address.host()).append('=').append(node.standing).append(' '));
        state.partitions()
                .forEach(partition -> text.append(partition.configuration()).append(' '));
        return text.append("learners ")
                .append(learners)
                .append(" moves ")
                .append(moves)
                .toString();
    }
}
