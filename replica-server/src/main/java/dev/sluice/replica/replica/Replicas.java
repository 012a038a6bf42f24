package dev.sluice.replica.replica;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.wire.internal.AppDescription;
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
    private static final String GARBAGE = ".gar";
    /** Work of a load ends soon after it is told to; a store that hangs may keep it. */
    private static final long WORK_END_MS_MAX = 10_000;
    /** What could not be deleted is tried again after this time. */
    private static final long DELETE_RETRY_MS = 10_000;

    private final ReplicaServices services;
    private final Path dataDirectory;
    private final EventLoop control;
    private final List<? extends EventLoop> loops;
    private final Supplier<String> clusterId;
    private final long garbageDelayMs;
    private final Listener listener;
    private final Map<Gpid, Replica> replicas = new ConcurrentSkipListMap<>();
    private final Map<Gpid, Opening> openings = new TreeMap<>();
    private final Map<Gpid, String> damaged = new TreeMap<>();
    private boolean closed;

    /** Hears of changes, on the control loop. */
    public interface Listener {
        void onReport(ReplicaReport report);

        void onRemoved(Gpid gpid);
    }

    /** A replica that is being made or given up, and the newest that was said of it meanwhile. */
    private static final class Opening {
        private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
        private @Nullable PartitionDirective newest;
    }

    public Replicas(
            ReplicaServices services,
            Path dataDirectory,
            EventLoop control,
            List<? extends EventLoop> loops,
            Supplier<String> clusterId,
            long garbageDelayMs,
            Listener listener) {
        this.services = services;
        this.dataDirectory = dataDirectory;
        this.control = control;
        this.loops = loops;
        this.clusterId = clusterId;
        this.garbageDelayMs = garbageDelayMs;
        this.listener = listener;
    }

    /** The replica of that partition, null if this node has none. */
    public @Nullable Replica find(Gpid gpid) {
        return replicas.get(gpid);
    }

    public Collection<Replica> all() {
        return replicas.values();
    }

    /** Opens what lies on the disk. Blocks; before anything else. */
    public void openAll() throws IOException {
        List<CompletableFuture<Void>> opened = new ArrayList<>();
        for (String name : services.files().list(dataDirectory)) {
            Path path = dataDirectory.resolve(name);
            ReplicaDirectory directory = new ReplicaDirectory(services.files(), path);
            if (name.endsWith(GARBAGE)) {
                deleteLater(path);
            } else if (!services.files().isDirectory(path)) {
                LOG.debug("{} is none of ours", path);
            } else if (directory.isRemnant()) {
                LOG.warn("{}: a load's work was late and left it; it is deleted", path);
                services.files().deleteTree(path);
            } else if (directory.isReplica()) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                opened.add(done);
                services.maintenance().execute(() -> openFound(directory, done));
            }
        }
        CompletableFuture.allOf(opened.toArray(new CompletableFuture<?>[0])).join();
    }

    private void openFound(ReplicaDirectory directory, CompletableFuture<Void> done) {
        try {
            ReplicaDirectory.Identity identity = directory.read();
            String ours = clusterId.get();
            if (!identity.clusterId().equals(ours)) {
                LOG.error(
                        "{} belongs to cluster '{}', this node to '{}': left alone",
                        directory.path(),
                        identity.clusterId(),
                        ours);
                done.complete(null);
                return;
            }
            try {
                OpenedReplica opened = OpenedReplica.open(services, directory, identity.gpid());
                EventLoop loop = loopOf(identity.gpid());
                loop.execute(() -> {
                    replicas.put(identity.gpid(), make(loop, directory, identity, opened));
                    done.complete(null);
                });
            } catch (IOException | RuntimeException e) {
                LOG.error("{}: damaged, and left as it is until the leader makes it a learner", identity.gpid(), e);
                control.execute(() -> {
                    damaged.put(identity.gpid(), String.valueOf(e.getMessage()));
                    done.complete(null);
                });
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("{} cannot be read, and is left alone", directory.path(), e);
            done.complete(null);
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
            PartitionDirective newest = opening.newest;
            if (newest == null || newest.getBallot() <= directive.getBallot()) {
                opening.newest = directive;
            }
            return;
        }
        Replica replica = replicas.get(gpid);
        if (directive.isGiveUp()) {
            giveUp(gpid, replica, directive);
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

    private void make(Gpid gpid, PartitionDirective directive) {
        boolean learner = Wire.hostPorts(directive.getLearners()).contains(services.self());
        String damage = damaged.get(gpid);
        if (damage != null && !learner) {
            listener.onReport(Reports.damaged(gpid, directive.getBallot(), damage));
            return;
        }
        Opening opening = new Opening();
        opening.newest = directive;
        openings.put(gpid, opening);
        AppDescription app = directive.getApp();
        ReplicaDirectory directory = new ReplicaDirectory(services.files(), dataDirectory.resolve(gpid.toString()));
        ReplicaDirectory.Identity identity = new ReplicaDirectory.Identity(clusterId.get(), gpid, app, Ballot.NONE);
        services.maintenance().execute(() -> {
            try {
                if (damage != null) {
                    moveAside(directory.path(), ".err");
                }
                directory.create(identity);
                OpenedReplica opened = OpenedReplica.open(services, directory, gpid);
                EventLoop loop = loopOf(gpid);
                loop.execute(() -> {
                    Replica made = make(loop, directory, identity, opened);
                    control.execute(() -> opened(gpid, made));
                });
            } catch (IOException | RuntimeException e) {
                LOG.error("{}: cannot be made", gpid, e);
                control.execute(() -> {
                    end(gpid);
                    listener.onReport(Reports.damaged(gpid, directive.getBallot(), String.valueOf(e.getMessage())));
                });
            }
        });
    }

    private void opened(Gpid gpid, Replica made) {
        damaged.remove(gpid);
        replicas.put(gpid, made);
        obeyNewest(end(gpid));
    }

    /** The replica is there, or is gone. */
    private @Nullable Opening end(Gpid gpid) {
        Opening opening = openings.remove(gpid);
        if (opening != null) {
            opening.over.complete(null);
        }
        return opening;
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
            listener.onRemoved(gpid);
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
            afterItsWork(replica, () -> remove(gpid, replica, directive.getBallot()));
        });
    }

    /** Runs it once nothing works for the replica's loads: what still wrote there would make its directory anew. */
    private void afterItsWork(Replica closed, Runnable action) {
        CompletableFuture<Boolean> inTime = new CompletableFuture<>();
        var unused = closed.hooks().ended().whenComplete((nothing, failure) -> inTime.complete(true));
        EventLoop.Timer timer = control.schedule(WORK_END_MS_MAX, () -> inTime.complete(false));
        var unusedToo = inTime.thenAccept(isInTime -> {
            timer.cancel();
            if (!isInTime) {
                LOG.warn("{}: work of its load does not end; it is given up all the same", closed.gpid());
            }
            services.maintenance().execute(action);
        });
    }

    /** What a load has staged goes at once; the rest stays for a while, as a last copy. */
    private void remove(Gpid gpid, Replica replica, long ballot) {
        Path path = dataDirectory.resolve(gpid.toString());
        // A publish that is applied is durable then, and needs its staged files no more.
        replica.release(true);
        try {
            services.files().deleteTree(new ReplicaDirectory(services.files(), path).load());
        } catch (IOException e) {
            LOG.warn("{}: what a load left is deleted with the rest", gpid, e);
        }
        moveAside(path, GARBAGE);
        LOG.info("{}: given up, as the leader says (ballot {})", gpid, ballot);
        control.execute(() -> removed(gpid));
    }

    private void removed(Gpid gpid) {
        replicas.remove(gpid);
        Opening opening = end(gpid);
        listener.onRemoved(gpid);
        obeyNewest(opening);
    }

    /** What was said while the replica was being made or given up. */
    private void obeyNewest(@Nullable Opening opening) {
        if (opening != null && opening.newest != null) {
            onDirective(opening.newest);
        }
    }

    private void moveAside(Path path, String suffix) {
        Path aside = dataDirectory.resolve(path.getFileName() + "." + control.wallMs() + suffix);
        try {
            services.files().rename(path, aside);
            services.files().syncDirectory(dataDirectory);
        } catch (IOException e) {
            LOG.error("{} cannot be renamed to {}", path, aside, e);
            return;
        }
        if (suffix.equals(GARBAGE)) {
            deleteLater(aside);
        }
    }

    private void deleteLater(Path garbage) {
        deleteAfter(garbageDelayMs, garbage);
    }

    private void deleteAfter(long delayMs, Path garbage) {
        control.schedule(
                delayMs,
                () -> services.maintenance().execute(() -> {
                    try {
                        services.files().deleteTree(garbage);
                    } catch (IOException e) {
                        LOG.warn("{} cannot be deleted yet", garbage, e);
                        control.execute(() -> deleteAfter(DELETE_RETRY_MS, garbage));
                    }
                }));
    }

    /** Flushes and closes all. Blocks. */
    public void close() {
        CompletableFuture<Boolean> noMore = new CompletableFuture<>();
        control.execute(() -> {
            closed = true;
            // One that is just being made would keep its engine open.
            var unused = CompletableFuture.allOf(openings.values().stream()
                            .map(opening -> opening.over)
                            .toArray(CompletableFuture<?>[]::new))
                    .thenRun(() -> noMore.complete(true));
        });
        noMore.join();
        List<CompletableFuture<Void>> ended = new ArrayList<>();
        for (Replica replica : replicas.values()) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            ended.add(done);
            replica.loop().execute(() -> {
                replica.close();
                services.maintenance().execute(() -> {
                    try {
                        replica.release(true);
                    } finally {
                        done.complete(null);
                    }
                });
            });
        }
        CompletableFuture.allOf(ended.toArray(new CompletableFuture<?>[0])).join();
        replicas.clear();
    }

    private EventLoop loopOf(Gpid gpid) {
        return loops.get(Math.floorMod((gpid.hashCode() * 0x9E3779B9) >>> 16, loops.size()));
    }
}
