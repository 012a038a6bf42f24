package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every partition at its number of members, with one primary.
 *
 * <p>A partition is looked at in this order, and at most one new configuration comes out:
 *
 * <ol>
 *   <li>never configured: members at once, spread over the live nodes; nobody has data yet;
 *   <li>the primary is dead or failed: the best live secondary takes over, by ballot, then by prepared decree; without one the
 *       partition waits, for only a member may become primary;
 *   <li>secondaries that are dead, failed, unreachable for the primary or too many leave, while the primary lives;
 *   <li>a learner that caught up becomes a secondary;
 *   <li>short of members: a learner is chosen, at best a node that left lately and still has the replica. A dead node gets
 *       some time to come back before another takes its place;
 *   <li>complete, or with what learns under way: a {@link Move} goes on. A primary is switched only once it has confirmed that
 *       it serves no more.
 * </ol>
 *
 * <p>A member that is silent or arriving holds everything up that depends on it; {@link Arrivals} settles the latter.
 */
public final class Guardian {
    private final long replaceDelayMs;
    private final Admission admission;

    /** @param replaceDelayMs how long a node that left a configuration may stay away before another takes its place */
    public Guardian(long replaceDelayMs, Admission admission) {
        this.replaceDelayMs = replaceDelayMs;
        this.admission = admission;
    }

    /**
     * Looks at these partitions.
     *
     * @param wishes of all partitions, as they are now
     */
    public Plan plan(MetaState state, Collection<Gpid> partitions, ClusterView view, Wishes wishes) {
        Round round = new Round(state, view, wishes);
        for (Gpid gpid : partitions) {
            Partition partition = state.findPartition(gpid).orElse(null);
            App app = state.findApp(gpid.appId()).orElse(null);
            if (partition != null && app != null && app.isAvailable()) {
                round.look(app, partition, wishes.learners(gpid));
            } else if (wishes.moves().containsKey(gpid)) {
                round.movesEnded.put(gpid, "the app is not there any more");
            }
        }
        return new Plan(
                round.configurations,
                round.learnersWanted,
                round.handingOver,
                round.movesEnded,
                round.waiting,
                round.againAtMs == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(round.againAtMs));
    }

    /** One call of {@link #plan}: what it has decided so far counts for what it decides next. */
    private final class Round {
        private final MetaState state;
        private final ClusterView view;
        private final Wishes wishes;
        private final List<Configuration> configurations = new ArrayList<>();
        private final Map<Gpid, List<HostPort>> learnersWanted = new LinkedHashMap<>();
        private final Set<Gpid> handingOver = new LinkedHashSet<>();
        private final Map<Gpid, String> movesEnded = new LinkedHashMap<>();
        private final Map<Gpid, String> waiting = new LinkedHashMap<>();
        private long againAtMs = Long.MAX_VALUE;
        private @Nullable Placement placement;

        Round(MetaState state, ClusterView view, Wishes wishes) {
            this.state = state;
            this.view = view;
            this.wishes = wishes;
        }

        void look(App app, Partition partition, List<HostPort> learners) {
            HostPort primary = partition.primary();
            if (primary == null) {
                assign(app, partition);
                return;
            }
            keepLearners(
                    partition,
                    learners.stream().filter(node -> mayLearn(node, partition)).toList());
            Standing standing = view.standing(primary);
            boolean failed = isFailed(primary, partition);
            if (standing == Standing.DEAD || failed) {
                Optional<Configuration> next = withNewPrimary(partition, primary);
                if (next.isPresent()) {
                    configurations.add(next.get());
                } else if (failed && standing != Standing.DEAD) {
                    waiting.put(partition.gpid(), "primary " + primary + " has failed and is the last with the data");
                    learnersWanted(app, partition, learners, null);
                } else {
                    waiting.put(partition.gpid(), "no member is alive: " + describe(partition));
                }
            } else if (standing == Standing.LIVE) {
                maintain(app, partition, learners);
            } else {
                waiting.put(partition.gpid(), "primary " + primary + " is " + standing);
            }
        }

        private void assign(App app, Partition partition) {
            List<HostPort> live = new ArrayList<>(view.liveNodes());
            if (live.isEmpty()) {
                waiting.put(partition.gpid(), "no node is alive");
                return;
            }
            Gpid gpid = partition.gpid();
            HostPort primary = placement().leastPrimaries(gpid, live).orElseThrow();
            live.remove(primary);
            List<HostPort> secondaries = live.stream()
                    .sorted(placement().byReplicas(gpid))
                    .limit(app.maxReplicaCount() - 1L)
                    .toList();
            Configuration next = partition.configuration().next(primary, secondaries);
            placement().add(next);
            configurations.add(next);
        }

        private Optional<Configuration> withNewPrimary(Partition partition, HostPort old) {
            List<HostPort> fit = partition.secondaries().stream()
                    .filter(node -> view.isLive(node) && !isFailed(node, partition))
                    .toList();
            Optional<HostPort> best = fit.stream().max(bestToLead(partition.gpid()));
            best.ifPresent(node -> {
                placement().removePrimary(partition.gpid(), old);
                placement().addPrimary(partition.gpid(), node);
            });
            // The others that are not fit leave with the old primary: the new one could not commit without them.
            return best.map(node -> partition
                    .configuration()
                    .next(
                            node,
                            fit.stream().filter(other -> !other.equals(node)).toList()));
        }

        /** By ballot and prepared decree; where these are equal, whoever leads the fewest. */
        private Comparator<HostPort> bestToLead(Gpid gpid) {
            Comparator<HostPort> byData = Comparator.<HostPort>comparingLong(node -> view.findReplica(node, gpid)
                            .map(replica -> replica.ballot().number())
                            .orElse(0L))
                    .thenComparingLong(node -> view.findReplica(node, gpid)
                            .map(ReplicaView::lastPreparedDecree)
                            .orElse(-1L));
            return byData.thenComparing(placement().byPrimaries(gpid).reversed());
        }

        private void maintain(App app, Partition partition, List<HostPort> learners) {
            HostPort primary = partition.configuration().members().get(0);
            Optional<ReplicaView> said = saidByPrimary(primary, partition);
            Move move = wishes.moves().get(partition.gpid());
            List<HostPort> leaving = leaving(app, partition, said, move);
            if (!leaving.isEmpty()) {
                configurations.add(partition.configuration().without(leaving));
                return;
            }
            Stride stride = move == null
                    ? null
                    : Stride.of(
                            move,
                            partition,
                            view,
                            said,
                            wishes.asked().getOrDefault(partition.gpid(), 0L),
                            app.maxReplicaCount());
            HostPort extra = move != null && stride != null && stride.kind() == Stride.Kind.LEARN ? move.add() : null;
            int missing =
                    app.maxReplicaCount() - partition.configuration().members().size();
            Optional<HostPort> joining = learners.stream()
                    .filter(node -> (missing > 0 || node.equals(extra))
                            && view.isLive(node)
                            && !partition.configuration().hasMember(node)
                            && said.map(replica -> replica.caughtUpLearners().get(node))
                                    .filter(signature -> wishes.isSigned(partition.gpid(), node, signature))
                                    .isPresent()
                            && admission.admits(state, partition.gpid(), node, view))
                    .findFirst();
            if (joining.isPresent()) {
                configurations.add(partition.configuration().adding(joining.get()));
                keepLearners(
                        partition,
                        learners.stream()
                                .filter(node -> !node.equals(joining.get()))
                                .toList());
                return;
            }
            learnersWanted(app, partition, learners, extra);
            if (move != null && stride != null) {
                advance(partition, move, stride);
            }
        }

        private void advance(Partition partition, Move move, Stride stride) {
            Configuration now = partition.configuration();
            switch (stride.kind()) {
                case LEARN -> againAtMs = Math.min(againAtMs, move.untilMs());
                case HAND_OVER -> {
                    handingOver.add(partition.gpid());
                    againAtMs = Math.min(againAtMs, move.untilMs());
                }
                case SWITCH -> {
                    HostPort primary = Objects.requireNonNull(move.primary());
                    configurations.add(now.next(
                            primary,
                            now.members().stream()
                                    .filter(node -> !node.equals(primary))
                                    .toList()));
                }
                case LEAVE -> configurations.add(now.without(List.of(Objects.requireNonNull(move.remove()))));
                case DONE, FAILED -> movesEnded.put(partition.gpid(), stride.why());
            }
        }

        private List<HostPort> leaving(App app, Partition partition, Optional<ReplicaView> said, @Nullable Move move) {
            List<HostPort> leaving = new ArrayList<>();
            for (HostPort node : partition.secondaries()) {
                if (view.standing(node) == Standing.DEAD
                        || isFailed(node, partition)
                        || said.map(replica -> replica.unreachable().contains(node))
                                .orElse(false)) {
                    leaving.add(node);
                }
            }
            // A move adds before it removes.
            boolean isMoving = move != null
                    && move.remove() != null
                    && partition.configuration().hasMember(move.remove());
            int tooMany = partition.configuration().members().size()
                    - leaving.size()
                    - app.maxReplicaCount()
                    - (isMoving ? 1 : 0);
            if (tooMany > 0) {
                partition.secondaries().stream()
                        .filter(node -> !leaving.contains(node))
                        .sorted(placement().byReplicas(partition.gpid()).reversed())
                        .limit(tooMany)
                        .forEach(leaving::add);
            }
            return leaving;
        }

        /** @param extra learns although no member may be missing */
        private void learnersWanted(App app, Partition partition, List<HostPort> before, @Nullable HostPort extra) {
            int missing =
                    app.maxReplicaCount() - partition.configuration().members().size();
            List<HostPort> wanted = new ArrayList<>();
            if (extra != null && !isLost(extra, partition)) {
                wanted.add(extra);
            }
            for (HostPort node : before) {
                if (wanted.size() < missing && !node.equals(extra) && mayLearn(node, partition)) {
                    wanted.add(node);
                }
            }
            while (wanted.size() < missing) {
                Optional<HostPort> chosen = newLearner(partition, wanted, missing);
                if (chosen.isEmpty()) {
                    break;
                }
                placement().addReplica(partition.gpid(), chosen.get());
                wanted.add(chosen.get());
            }
            if (missing > 0) {
                waiting.putIfAbsent(
                        partition.gpid(),
                        wanted.isEmpty()
                                ? missing + " members missing, no node to learn"
                                : missing + " members missing, learning: " + wanted);
            }
            keepLearners(partition, wanted);
        }

        private Optional<HostPort> newLearner(Partition partition, List<HostPort> wanted, int missing) {
            List<HostPort> free = view.liveNodes().stream()
                    .filter(node -> !partition.configuration().hasMember(node)
                            && !wanted.contains(node)
                            && !isLost(node, partition))
                    .toList();
            Gpid gpid = partition.gpid();
            Optional<HostPort> withData = free.stream()
                    .filter(node -> view.findReplica(node, gpid)
                            .filter(replica -> !replica.isFailed())
                            .isPresent())
                    .max(Fitness.of(gpid, view));
            if (withData.isPresent()) {
                return withData;
            }
            // Whoever left lately and is not here may come back with nearly everything.
            long mayReturn = 0;
            long waitUntilMs = Long.MAX_VALUE;
            for (Partition.Drop drop : partition.lastDrops()) {
                long untilMs = drop.atMs() + replaceDelayMs;
                if (untilMs > view.wallMs() && !view.isLive(drop.node())) {
                    mayReturn++;
                    waitUntilMs = Math.min(waitUntilMs, untilMs);
                }
            }
            if (missing - wanted.size() <= mayReturn) {
                againAtMs = Math.min(againAtMs, waitUntilMs);
                return Optional.empty();
            }
            Optional<HostPort> fresh = free.stream()
                    .filter(node -> view.findReplica(node, gpid).isEmpty())
                    .min(placement().byReplicas(gpid));
            return fresh.isPresent() ? fresh : free.stream().min(placement().byReplicas(gpid));
        }

        private void keepLearners(Partition partition, List<HostPort> wanted) {
            if (wanted.isEmpty()) {
                learnersWanted.remove(partition.gpid());
            } else {
                learnersWanted.put(partition.gpid(), List.copyOf(wanted));
            }
        }

        private boolean mayLearn(HostPort node, Partition partition) {
            Standing standing = view.standing(node);
            return (standing == Standing.LIVE || standing == Standing.SILENT)
                    && !partition.configuration().hasMember(node)
                    && !isLost(node, partition);
        }

        /**
         * True if the primary waits for a learner that had caught up and does not answer. It waits until it hears that the node
         * learns no more; then the node may begin anew.
         */
        private boolean isLost(HostPort node, Partition partition) {
            HostPort primary = partition.primary();
            return primary != null
                    && saidByPrimary(primary, partition)
                            .filter(said -> said.unreachable().contains(node))
                            .isPresent();
        }

        private Optional<ReplicaView> saidByPrimary(HostPort primary, Partition partition) {
            return view.findReplica(primary, partition.gpid())
                    .filter(replica -> replica.role() == ReplicaView.Role.PRIMARY
                            && replica.ballot().equals(partition.ballot()));
        }

        private boolean isFailed(HostPort node, Partition partition) {
            return view.findReplica(node, partition.gpid())
                    .filter(replica -> replica.isFailed() && replica.ballot().equals(partition.ballot()))
                    .isPresent();
        }

        private String describe(Partition partition) {
            List<String> members = new ArrayList<>();
            for (HostPort node : partition.configuration().members()) {
                members.add(node + " " + view.standing(node));
            }
            return String.join(", ", members);
        }

        private Placement placement() {
            if (placement == null) {
                placement = Placement.of(state, wishes.learners());
            }
            return placement;
        }
    }
}
