package dev.sluice.replica.replica;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of a node: finds them on disk, makes them as the leader says, and gives them up when it says so. Its own state
 * belongs to the node's control loop; a replica is handed over with {@link #find}, from any thread.
 */
public final class Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
    /** Of the configuration that a partition begins with: nobody has data yet. */
    private static final long FIRST_BALLOT = 1;
    /** Work of a load ends soon after it is told to; a store that hangs may keep it. */
    private static final long WORK_END_MS_MAX = 10_000;

    private final ReplicaServices services;
    private final EventLoop control;
    private final List<? extends EventLoop> loops;
    private final Supplier<String> clusterId;
    private final Garbage garbage;
    private final Listener listener;
    private final Map<Gpid, Replica> replicas = new ConcurrentSkipListMap<>();
    private final Map<Gpid, Opening> openings = new TreeMap<>();
    private final Map<Gpid, Damaged> damaged = new TreeMap<>();
    private boolean mayLackReplicas;
    private boolean closed;

    /** Hears of changes, on the control loop. */
    public interface Listener {
        void onReport(ReplicaReport report);

        void onRemoved(Gpid gpid);
    }

    /** A replica that is being made, given up or opened again, and the newest that was said of it meanwhile. */
    private static final class Opening {
        private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
        private @Nullable PartitionDirective newest;
        private @Nullable Path path;
        /** Something came since this began. */
        private boolean heardMore;

        private void hear(PartitionDirective directive) {
            if (newest == null || newest.getBallot() <= directive.getBallot()) {
                newest = directive;
            }
            heardMore = true;
        }
    }

    /** A replica that could not be opened. */
    private static final class Damaged {
        private final ReplicaDirectory directory;
        private final String message;
        private @Nullable PartitionDirective newest;

        private Damaged(ReplicaDirectory directory, String message) {
            this.directory = directory;
            this.message = message;
        }
    }

    /**
     * @param mayLackReplicas a data directory of this node is not there: a replica that is not found may lie in it
     * @param givenUpDelayMs how long a replica that was given up stays on the disk
     * @param damagedDelayMs how long a damaged one does, after another took its place
     */
    public Replicas(
            ReplicaServices services,
            EventLoop control,
            List<? extends EventLoop> loops,
            Supplier<String> clusterId,
            boolean mayLackReplicas,
            long givenUpDelayMs,
            long damagedDelayMs,
            Listener listener) {
        this.services = services;
        this.control = control;
        this.loops = loops;
        this.clusterId = clusterId;
        this.mayLackReplicas = mayLackReplicas;
        this.garbage = new Garbage(services.files(), control, services.maintenance(), givenUpDelayMs, damagedDelayMs);
        this.listener = listener;
    }

    HostPort self() {
        return services.self();
    }

    /** The replica of that partition, null if this node has none. */
    public @Nullable Replica find(Gpid gpid) {
        return replicas.get(gpid);
    }

    public Collection<Replica> all() {
        return replicas.values();
    }

    /** How many replicas lie in a data directory. */
    public int countIn(DataDirectory directory) {
        return (int) replicas.values().stream()
                .filter(replica -> replica.path().startsWith(directory.path()))
                .count();
    }

    /** Opens what lies on the disks; done when all are open. Before anything else. */
    public CompletableFuture<Void> openAll() {
        CompletableFuture<FoundReplicas> looked = new CompletableFuture<>();
        services.maintenance().execute(() -> {
            FoundReplicas found = new FoundReplicas(services.files(), clusterId.get(), garbage);
            found.lookIn(
                    services.disks().usable().stream().map(DataDirectory::path).toList());
            looked.complete(found);
        });
        return looked.thenCompose(found -> {
            List<CompletableFuture<Void>> opened = new ArrayList<>();
            for (FoundReplicas.Found each : found.all()) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                opened.add(done);
                services.maintenance().execute(() -> openFound(each, done));
            }
            CompletableFuture<Void> noted = new CompletableFuture<>();
            opened.add(noted);
            control.execute(() -> {
                mayLackReplicas |= found.isAnyUnreadable();
                noted.complete(null);
            });
            return CompletableFuture.allOf(opened.toArray(new CompletableFuture<?>[0]));
        });
    }

    private void openFound(FoundReplicas.Found found, CompletableFuture<Void> done) {
        Gpid gpid = found.identity().gpid();
        try {
            OpenedReplica opened = OpenedReplica.open(services, found.directory(), gpid);
            EventLoop loop = loopOf(gpid);
            loop.execute(() -> {
                replicas.put(gpid, make(loop, found.directory(), found.identity(), opened));
                done.complete(null);
            });
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "{}: {} is damaged, and left as it is until the leader makes this node a learner",
                    gpid,
                    found.directory().path(),
                    e);
            control.execute(() -> {
                damaged.put(gpid, new Damaged(found.directory(), String.valueOf(e.getMessage())));
                done.complete(null);
            });
        }
    }

    /** What to say of the disk when registering. */
    public CompletableFuture<List<ReplicaOnDisk>> onDisk() {
        return gather(Replica::onDisk);
    }

    /** All reports. */
    public CompletableFuture<List<ReplicaReport>> reports() {
        return gather(Replica::report);
    }

    private <T> CompletableFuture<List<T>> gather(java.util.function.Function<Replica, T> question) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (Replica replica : replicas.values()) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            answers.add(answer);
            replica.loop().execute(() -> {
                try {
                    answer.complete(replica.isClosed() ? null : question.apply(replica));
                } catch (RuntimeException e) {
                    LOG.warn("{}: cannot say how it stands", replica.gpid(), e);
                    answer.complete(null);
                }
            });
        }
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(all -> answers.stream()
                        .map(CompletableFuture::join)
                        .filter(java.util.Objects::nonNull)
                        .toList());
    }

    /** What the leader wants of one partition; on the control loop. */
    public void onDirective(PartitionDirective directive) {
        Gpid gpid = Wire.gpid(directive.getGpid());
        Opening opening = openings.get(gpid);
        if (closed) {
            return;
        }
        if (opening != null) {
            opening.hear(directive);
            return;
        }
        Replica replica = replicas.get(gpid);
        if (directive.isGiveUp()) {
            giveUp(gpid, replica, directive);
        } else if (replica != null && replica.isDamaged() && isLearner(directive)) {
            takeOut(replica, directive);
        } else if (replica != null) {
            replica.loop().execute(() -> replica.onDirective(directive));
        } else if (isNamed(directive)) {
            make(gpid, directive);
        }
    }

    /** The leader's listing is complete; on the control loop. */
    public void onListed(Set<Gpid> named) {
        for (Replica replica : replicas.values()) {
            if (!named.contains(replica.gpid())) {
                replica.loop().execute(replica::onNotNamed);
            }
        }
    }

    private boolean isNamed(PartitionDirective directive) {
        HostPort self = services.self();
        Configuration wanted = Messages.configuration(directive);
        return self.equals(wanted.primary())
                || wanted.secondaries().contains(self)
                || wanted.learners().contains(self);
    }

    private boolean isLearner(PartitionDirective directive) {
        return Wire.hostPorts(directive.getLearners()).contains(services.self());
    }

    /** A damaged replica learns anew, as one that was found so. */
    private void takeOut(Replica replica, PartitionDirective directive) {
        Gpid gpid = replica.gpid();
        releaseFor(
                replica,
                directive,
                false,
                () -> control.execute(() -> {
                    replicas.remove(gpid);
                    damaged.put(gpid, new Damaged(new ReplicaDirectory(services.files(), replica.path()), "taken out"));
                    obeyNewest(end(gpid));
                }));
    }

    /**
     * Opens those again that are out because their node failed, where nobody else has the data and the disk is in order
     * again. The others learn.
     */
    public void mend() {
        control.execute(() -> {
            for (Replica replica : replicas.values()) {
                if (!closed && replica.waitsForItsNode() && mayReopen(replica.gpid(), replica.path())) {
                    PartitionDirective told = replica.told();
                    LOG.info(
                            "{}: nobody else has its data, and its disk is in order: it is opened anew",
                            replica.gpid());
                    releaseFor(replica, told, true, () -> reopen(replica.gpid(), replica.path()));
                }
            }
            for (Map.Entry<Gpid, Damaged> each : damaged.entrySet()) {
                PartitionDirective newest = each.getValue().newest;
                Path path = each.getValue().directory.path();
                if (!closed && newest != null && isAlone(newest) && mayReopen(each.getKey(), path)) {
                    Opening opening = new Opening();
                    opening.newest = newest;
                    openings.put(each.getKey(), opening);
                    services.maintenance().execute(() -> reopen(each.getKey(), path));
                }
            }
        });
    }

    private boolean mayReopen(Gpid gpid, Path path) {
        return !openings.containsKey(gpid) && services.disks().refusal(path) == null;
    }

    private boolean isAlone(PartitionDirective directive) {
        Configuration wanted = Messages.configuration(directive);
        return services.self().equals(wanted.primary()) && wanted.secondaries().isEmpty();
    }

    /** @param goesOn what the replica was told last is what counts, until something else comes */
    private void releaseFor(Replica replica, @Nullable PartitionDirective newest, boolean goesOn, Runnable then) {
        Opening opening = new Opening();
        opening.newest = newest;
        opening.path = replica.path();
        openings.put(replica.gpid(), opening);
        services.endReaders().accept(replica.gpid());
        replica.loop().execute(() -> {
            replica.close();
            PartitionDirective last = replica.told();
            control.execute(() -> {
                // It may have been told of another one after that; what came here since is newer still.
                if (goesOn && last != null && !opening.heardMore) {
                    opening.hear(last);
                }
            });
            afterItsWork(replica, () -> {
                var unused = replica.release(false).thenRunAsync(then, services.maintenance());
            });
        });
    }

    /** Blocks. */
    private void reopen(Gpid gpid, Path path) {
        ReplicaDirectory directory = new ReplicaDirectory(services.files(), path);
        try {
            openFor(gpid, directory, directory.read());
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: cannot be opened again yet: {}", gpid, e.toString());
            control.execute(() -> {
                Opening opening = end(gpid);
                Damaged still = new Damaged(directory, String.valueOf(e.getMessage()));
                still.newest = opening == null ? null : opening.newest;
                replicas.remove(gpid);
                damaged.put(gpid, still);
                if (still.newest != null) {
                    listener.onReport(Reports.damaged(gpid, still.newest.getBallot(), still.message));
                }
            });
        }
    }

    /** The replica is there, or is gone. */
    private @Nullable Opening end(Gpid gpid) {
        Opening opening = openings.remove(gpid);
        if (opening != null) {
            opening.over.complete(null);
        }
        return opening;
    }

    /** What was said while the replica was being made, given up or opened again. */
    private void obeyNewest(@Nullable Opening opening) {
        if (opening != null && opening.newest != null) {
            onDirective(opening.newest);
        }
    }

    private void make(Gpid gpid, PartitionDirective directive) {
        boolean learner = isLearner(directive);
        Damaged damage = damaged.get(gpid);
        String refusal = null;
        if (damage != null && !learner) {
            damage.newest = directive;
            refusal = damage.message;
        } else if (mayLackReplicas && !learner && directive.getBallot() > FIRST_BALLOT) {
            // An empty one in its place would be taken for all that there is.
            refusal = "not on this node, which lacks a data directory or cannot read all that is in it";
        }
        if (refusal != null) {
            listener.onReport(Reports.damaged(gpid, directive.getBallot(), refusal));
            return;
        }
        Opening opening = new Opening();
        opening.newest = directive;
        ReplicaDirectory directory;
        try {
            DataDirectory home = damage == null ? place(gpid) : services.disks().of(damage.directory.path());
            directory = new ReplicaDirectory(services.files(), home.path().resolve(gpid.toString()));
        } catch (IOException e) {
            LOG.error("{}: cannot be made", gpid, e);
            listener.onReport(Reports.damaged(gpid, directive.getBallot(), String.valueOf(e.getMessage())));
            return;
        }
        opening.path = directory.path();
        openings.put(gpid, opening);
        ReplicaDirectory.Identity identity =
                new ReplicaDirectory.Identity(clusterId.get(), gpid, directive.getApp(), Ballot.NONE);
        services.maintenance().execute(() -> {
            try {
                if (damage != null) {
                    garbage.moveAside(damage.directory.path(), Garbage.Kind.DAMAGED);
                }
                directory.create(identity);
                openFor(gpid, directory, identity);
            } catch (IOException | RuntimeException e) {
                LOG.error("{}: cannot be made", gpid, e);
                control.execute(() -> {
                    end(gpid);
                    listener.onReport(Reports.damaged(gpid, directive.getBallot(), String.valueOf(e.getMessage())));
                });
            }
        });
    }

    /** Opens a replica that {@link #openings} names. Blocks. */
    private void openFor(Gpid gpid, ReplicaDirectory directory, ReplicaDirectory.Identity identity) throws IOException {
        OpenedReplica opened = OpenedReplica.open(services, directory, gpid);
        EventLoop loop = loopOf(gpid);
        loop.execute(() -> {
            Replica made = make(loop, directory, identity, opened);
            control.execute(() -> opened(gpid, made));
        });
    }

    private DataDirectory place(Gpid gpid) throws IOException {
        return services.disks()
                .place(
                        directory -> count(directory, each -> each.appId() == gpid.appId()),
                        directory -> count(directory, each -> true));
    }

    /** Replicas in a directory, also those on their way. */
    private long count(DataDirectory directory, Predicate<Gpid> which) {
        long there = replicas.values().stream()
                .filter(replica -> which.test(replica.gpid()) && replica.path().startsWith(directory.path()))
                .count();
        long coming = openings.entrySet().stream()
                .filter(each -> which.test(each.getKey()) && !replicas.containsKey(each.getKey()))
                .filter(each ->
                        each.getValue().path != null && each.getValue().path.startsWith(directory.path()))
                .count();
        return there + coming;
    }

    private void opened(Gpid gpid, Replica made) {
        damaged.remove(gpid);
        replicas.put(gpid, made);
        obeyNewest(end(gpid));
    }

    private Replica make(
            EventLoop loop, ReplicaDirectory directory, ReplicaDirectory.Identity identity, OpenedReplica opened) {
        return new Replica(
                services,
                loop,
                directory,
                identity,
                opened,
                report -> control.execute(() -> listener.onReport(report)));
    }

    private void giveUp(Gpid gpid, @Nullable Replica replica, PartitionDirective directive) {
        if (replica == null) {
            giveUpDamaged(gpid, directive);
            return;
        }
        openings.put(gpid, new Opening());
        replica.loop().execute(() -> {
            boolean old = directive.getBallot() < replica.view().ballot().number();
            if (old) {
                LOG.warn(
                        "{}: told to give up under ballot {}, here is {}: refused",
                        gpid,
                        directive.getBallot(),
                        replica.view().ballot());
                control.execute(() -> obeyNewest(end(gpid)));
                return;
            }
            replica.close();
            // A publish that is applied is durable then, and needs its staged files no more.
            afterItsWork(replica, () -> {
                var unused = replica.release(true)
                        .thenRunAsync(() -> removeFromDisk(gpid, replica.path(), directive), services.maintenance());
            });
        });
    }

    /** Runs it once nothing works for the replica's loads: what still wrote there would make its directory anew. */
    private void afterItsWork(Replica closed, Runnable action) {
        CompletableFuture<Boolean> inTime = new CompletableFuture<>();
        var unused = closed.hooks().ended().whenComplete((nothing, failure) -> inTime.complete(true));
        EventLoop.Timer timer = control.schedule(WORK_END_MS_MAX, () -> inTime.complete(false));
        // On the loop: a thread that the pool starts has the priority of whoever hands over the task, and that of loads
        // is low.
        var unusedToo = inTime.thenAcceptAsync(
                isInTime -> {
                    timer.cancel();
                    if (!isInTime) {
                        LOG.warn("{}: work of its load does not end; it is closed all the same", closed.gpid());
                    }
                    services.maintenance().execute(action);
                },
                control::execute);
    }

    /** Also if there is nothing: the leader wants to hear that it is gone. */
    private void giveUpDamaged(Gpid gpid, PartitionDirective directive) {
        Damaged damage = damaged.remove(gpid);
        if (damage == null) {
            listener.onRemoved(gpid);
            return;
        }
        openings.put(gpid, new Opening());
        services.maintenance().execute(() -> removeFromDisk(gpid, damage.directory.path(), directive));
    }

    /** What a load has staged goes at once; the rest stays for a while, as a last copy. Blocks. */
    private void removeFromDisk(Gpid gpid, Path path, PartitionDirective directive) {
        try {
            services.files().deleteTree(new ReplicaDirectory(services.files(), path).load());
        } catch (IOException e) {
            LOG.warn("{}: what a load left is deleted with the rest", gpid, e);
        }
        try {
            garbage.moveAside(path, Garbage.Kind.GIVEN_UP);
            LOG.info("{}: given up, as the leader says (ballot {})", gpid, directive.getBallot());
        } catch (IOException e) {
            LOG.error("{}: {} cannot be renamed; the next start finds it again", gpid, path, e);
        }
        control.execute(() -> removed(gpid));
    }

    private void removed(Gpid gpid) {
        replicas.remove(gpid);
        listener.onRemoved(gpid);
        obeyNewest(end(gpid));
    }

    /** Flushes and closes all. Blocks. */
    public void close() {
        closeAll().join();
    }

    /** Flushes and closes all; done when nothing is open any more. */
    public CompletableFuture<Void> closeAll() {
        CompletableFuture<Boolean> noMore = new CompletableFuture<>();
        control.execute(() -> {
            closed = true;
            // One that is just being made would keep its engine open.
            var unused = CompletableFuture.allOf(openings.values().stream()
                            .map(opening -> opening.over)
                            .toArray(CompletableFuture<?>[]::new))
                    .thenRun(() -> noMore.complete(true));
        });
        return noMore.thenCompose(nothing -> {
                    List<CompletableFuture<Void>> ended = new ArrayList<>();
                    for (Replica replica : replicas.values()) {
                        CompletableFuture<Void> done = new CompletableFuture<>();
                        ended.add(done);
                        replica.loop().execute(() -> {
                            replica.close();
                            var unused = replica.release(true).whenComplete((released, failure) -> done.complete(null));
                        });
                    }
                    return CompletableFuture.allOf(ended.toArray(new CompletableFuture<?>[0]));
                })
                .thenRun(replicas::clear);
    }

    private EventLoop loopOf(Gpid gpid) {
        return loops.get(Math.floorMod((gpid.hashCode() * 0x9E3779B9) >>> 16, loops.size()));
    }
}
