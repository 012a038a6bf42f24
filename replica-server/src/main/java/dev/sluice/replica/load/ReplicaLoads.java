package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.load.Effect;
import dev.sluice.bulkload.load.FileTotals;
import dev.sluice.bulkload.load.GroupOrder;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadOrder;
import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.bulkload.load.ReplicaLoad;
import dev.sluice.bulkload.load.Step;
import dev.sluice.bulkload.transfer.DownloadProgress;
import dev.sluice.bulkload.transfer.DownloadSlots;
import dev.sluice.bulkload.transfer.GroupRelay;
import dev.sluice.bulkload.transfer.Relay;
import dev.sluice.bulkload.transfer.RelayPlace;
import dev.sluice.bulkload.transfer.StagedCopy;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.MutationCodec;
import dev.sluice.replica.replica.LoadHooks;
import dev.sluice.replica.replica.LoadHost;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.LoadProgressRequest;
import dev.sluice.wire.internal.MemberPhase;
import dev.sluice.wire.internal.PartitionLoadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loads of one replica: hears the replica and the leader, asks {@link ReplicaLoad} what that means, performs it, and
 * tells the primary how it stands. Belongs to the replica's event loop.
 */
final class ReplicaLoads implements LoadHooks {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLoads.class);

    /** Progress of bytes is told at most this often; another phase at once. */
    private static final long PROGRESS_INTERVAL_MS = 50;
    /** A push that was not answered is repeated after this time. */
    private static final long PUSH_RETRY_MS = 300;
    /** What failed after publish is tried again after this time: the load goes only forward. */
    private static final long RETRY_MS = 3_000;
    /** A publish that no mutation brought came with a checkpoint; the mutation's own word is awaited for this time. */
    private static final long PUBLISHED_CHECK_MS = 300;

    static final String BEFORE_DELETE = "load.before-delete";
    static final String DELETED = "load.deleted";

    private final LoadHost host;
    private final NodeLoads node;
    private final StagedMark disk;
    private final GroupLoads group;
    private ReplicaLoad state = ReplicaLoad.idle();
    private LoadOrder order = LoadOrder.NOTHING;
    /** Of the leader's directive: whether the partition may publish now. */
    private boolean isTurn;

    /** Nothing is wanted before somebody said so: least of all that what is on disk be deleted. */
    private boolean hasOrder;
    /** The load that the leader spoke of to this replica while it was inactive; 0 for none. */
    private long directiveAlone;

    private @Nullable StagedSet staged;
    private @Nullable Work work;
    private DownloadSlots.@Nullable Ticket ticket;
    /** Counts asking and giving back, so that a grant that comes late is not taken for the newest. */
    private long slotRequests;

    private @Nullable DownloadProgress progress;
    private MemberReport report;
    private long changeSequence;
    private Ballot ballot = Ballot.NONE;
    private long groupSequence;
    private long preparedLoadId;
    /** Where this replica reads the files of the load. */
    private volatile RelayPlace place = RelayPlace.STORE;

    private boolean pushPlanned;
    private boolean closed;

    ReplicaLoads(LoadHost host, NodeLoads node) {
        this.host = host;
        this.node = node;
        this.disk = new StagedMark(node.files(), host.loadDirectory());
        this.group = new GroupLoads(host, node::isRelayed, now -> place = now);
        this.changeSequence = node.nextChange();
        findOnDisk();
        measure();
        this.report = currentReport();
    }

    private void findOnDisk() {
        try {
            Optional<StagedMark.Found> newest = disk.findNewest();
            if (newest.isPresent()) {
                StagedMark.Found found = newest.get();
                long loadId = found.loadId();
                staged = found.staged().orElse(null);
                if (staged == null) {
                    state = ReplicaLoad.foundPart(loadId);
                    node.ledger(host.loadDirectory())
                            .restore(disk.staging(loadId).path(), disk.missingBytes(loadId));
                } else {
                    Manifest manifest = staged.manifest();
                    state = ReplicaLoad.foundStaged(loadId, Work.totals(manifest), found.deep());
                    node.desk()
                            .offer(
                                    host.gpid(),
                                    loadId,
                                    manifest.digest(),
                                    new StagedCopy(node.files(), manifest, disk.staging(loadId)));
                }
                LOG.info("{}: found load {} on disk, {}", host.gpid(), loadId, state.message());
            }
        } catch (IOException e) {
            LOG.warn("{}: what there is of loads cannot be read; it is fetched again when wanted", host.gpid(), e);
        }
        long published = host.publishedLoadId();
        if (published > 0 && published >= state.loadId()) {
            state = state.onPublished(published, 0).next();
        }
    }

    // ---- What the replica asks

    @Override
    public boolean isStaged(Publish publish) {
        if (publish.mode() == LoadMode.ROLLBACK) {
            return host.keepsGeneration(publish.rollbackTo());
        }
        StagedSet set = staged;
        boolean here = state.phase() == MemberPhase.STAGED || state.phase() == MemberPhase.PUBLISHED;
        return here
                && state.loadId() == publish.loadId()
                && set != null
                && set.manifest().digest().equals(publish.manifestDigest());
    }

    @Override
    public List<Path> stagedFiles(Publish publish) {
        if (publish.mode() == LoadMode.ROLLBACK) {
            return List.of();
        }
        StagedSet set = staged;
        if (set == null) {
            throw new IllegalStateException(host.gpid() + ": load " + publish.loadId() + " is not staged");
        }
        return set.files();
    }

    @Override
    public long stagedLoadId() {
        return state.phase() == MemberPhase.STAGED ? state.loadId() : 0;
    }

    @Override
    public @Nullable PartitionLoadReport report() {
        if (host.view().isPrimary()) {
            return group.report();
        }
        if (host.view().role() != RoleName.INACTIVE || directiveAlone == 0) {
            return null;
        }
        PartitionLoadReport alone = new PartitionLoadReport();
        alone.setLoadId(directiveAlone);
        alone.setMembers(Map.of(Wire.address(host.self()), LoadWire.wire(report)));
        return alone;
    }

    // ---- What the replica tells

    @Override
    public void onViewChanged() {
        Ballot now = host.view().ballot();
        if (!now.equals(ballot)) {
            ballot = now;
            groupSequence = 0;
            group.onBallot();
        }
        if (host.view().role() == RoleName.INACTIVE) {
            rest();
        } else {
            directiveAlone = 0;
        }
        push();
        group.onViewChanged();
        // A learner that held back what it was told may do it now.
        if (host.view().role() != RoleName.LEARNER) {
            obey();
        }
        measure();
    }

    @Override
    public void onPublished(Publish publish, long decree) {
        take(state.onPublished(publish.loadId(), decree), "published at decree " + decree);
        obey();
    }

    @Override
    public void onDurable(long decree) {
        take(state.onDurable(decree), "durable up to decree " + decree);
        obey();
    }

    @Override
    public void onDirective(@Nullable LoadDirective directive) {
        // First: what is prepared here is waited for before the publish is proposed.
        order(LoadWire.order(directive, host.self()), directive != null && !directive.isAwaitsTurn());
        group.onDirective(directive);
        push();
    }

    @Override
    public void onDirectiveAlone(LoadDirective directive) {
        order = LoadWire.order(directive, host.self());
        directiveAlone = order.loadId();
        isTurn = false;
        rest();
        hasOrder = true;
        obey();
        measure();
        push();
    }

    @Override
    public GroupLoadReply onGroupLoad(GroupOrder said) {
        // What an older ballot says does not come here; within one ballot the newest wins.
        if (said.sequence() >= groupSequence) {
            place = said.place();
            groupSequence = said.sequence();
            order(said.order(), said.isTurn());
        }
        GroupLoadReply reply = new GroupLoadReply();
        reply.setErr(WireErrorCode.of("ERR_OK"));
        reply.setState(LoadWire.wire(report));
        return reply;
    }

    @Override
    public void onProgress(HostPort member, MemberReport said) {
        group.onReport(member, said);
    }

    @Override
    public void close() {
        closed = true;
        node.running().forget(this);
        node.desk().withdraw(host.gpid(), state.loadId());
        group.close();
        Work running = work;
        if (running != null) {
            running.stop();
        }
        releaseSlot();
        // Not before: what has just begun may be about to reserve.
        var unused = ended().whenComplete(
                        (nothing, failure) -> node.ledger(host.loadDirectory()).releaseBelow(host.loadDirectory()));
    }

    @Override
    public CompletableFuture<?> ended() {
        Work running = work;
        return running == null ? CompletableFuture.completedFuture(null) : running.ended();
    }

    // ---- The machine

    private void order(LoadOrder wanted, boolean mayPublish) {
        order = wanted;
        isTurn = mayPublish;
        hasOrder = true;
        obey();
        prepareIfStaged();
        measure();
        // What the engine has published is heard from the mutation itself, unless it came with a checkpoint.
        if (isPublishedBy(wanted) && state.phase() == MemberPhase.STAGED) {
            host.loop().schedule(PUBLISHED_CHECK_MS, this::lookForPublish);
        }
    }

    /** Of no group, say of an app that was dropped: nobody says any more what is wanted, so it takes no slot for it. */
    private void rest() {
        if (order.goal() == LoadGoal.DOWNLOAD || order.goal() == LoadGoal.PUBLISH) {
            order = new LoadOrder(
                    order.loadId(),
                    LoadGoal.PAUSE,
                    order.provider(),
                    order.partitionPath(),
                    order.manifestDigest(),
                    order.mode(),
                    order.epoch(),
                    order.partitionCount(),
                    order.verify(),
                    order.deepChecks(),
                    order.priority());
        }
    }

    private boolean isPublishedBy(LoadOrder wanted) {
        return wanted.loadId() > 0 && host.publishedLoadId() >= wanted.loadId();
    }

    /** Does what was wanted last, as far as this moment allows. */
    private void obey() {
        boolean mayBeTaught =
                host.view().role() == RoleName.LEARNER && order.goal() == LoadGoal.CLEAN_UP && order.loadId() == 0;
        boolean held = state.phase() == MemberPhase.STAGED && (mayBeTaught || host.awaitsPublish(state.loadId()));
        if (closed || held || !hasOrder) {
            return;
        }
        boolean neverStaged = state.phase() != MemberPhase.STAGED && state.phase() != MemberPhase.PUBLISHED;
        if (isPublishedBy(order) && neverStaged && order.goal() != LoadGoal.CLEAN_UP) {
            take(state.onPublished(order.loadId(), 0), "a checkpoint brought it");
        }
        take(state.onOrder(order), "wanted: " + order.goal());
    }

    private void lookForPublish() {
        long published = host.publishedLoadId();
        if (!closed && published > 0 && published >= state.loadId() && state.phase() != MemberPhase.PUBLISHED) {
            // The mutation may have brought it after all, its word being on the way: then it is not durable yet.
            long applied = host.appliedDecree();
            take(state.onPublished(published, applied), "the engine has it");
            take(state.onDurable(host.durableDecree()), "durable");
            host.flushSoon(applied); // nobody else may be about to: the app may have no more writes
            obey();
        }
    }

    /**
     * The flush before an ingest is done ahead, so that the publish itself is short; but not before the turn of this
     * partition has come: disk and threads are for those whose turn it is, and what is written until then needs the next flush.
     */
    private void prepareIfStaged() {
        if (isToPublish() && preparedLoadId < order.loadId()) {
            preparedLoadId = order.loadId();
            Publish publish = publish(order);
            group.onPreparing(publish.loadId());
            host.preparePublish(publish, stagedFiles(publish), error -> {
                if (error != null) {
                    LOG.info(
                            "{}: load {} is not prepared ahead: {}", host.gpid(), publish.loadId(), error.getMessage());
                }
                group.onPrepared(publish.loadId());
            });
        }
    }

    /** What it has is to become visible now. What is staged may be of the load before, whose publish is still to be applied. */
    private boolean isToPublish() {
        return state.phase() == MemberPhase.STAGED
                && state.loadId() == order.loadId()
                && order.goal() == LoadGoal.PUBLISH
                && isTurn;
    }

    /** For the meters, whenever something changed that they tell. */
    private void measure() {
        if (!closed) {
            node.running().stands(this, state, isToPublish());
        }
    }

    @SuppressWarnings("EnumOrdinal") // the order of the modes is their number on the wire
    static Publish publish(LoadOrder order) {
        return new Publish(order.loadId(), MutationCodec.mode(order.mode()), order.epoch(), order.manifestDigest());
    }

    private void take(Step step, String why) {
        if (closed) {
            return;
        }
        ReplicaLoad before = state;
        state = step.next();
        if (!state.getClass().equals(before.getClass())) {
            LOG.info(
                    "{}: load {} {} -> {} ({})",
                    host.gpid(),
                    state.loadId(),
                    before.getClass().getSimpleName(),
                    state.getClass().getSimpleName(),
                    why);
        }
        if (state.phase() != MemberPhase.STAGED) {
            preparedLoadId = 0;
        }
        if (state.phase() != before.phase()) {
            node.counts().reached(state.phase());
        }
        measure();
        step.effects().forEach(this::perform);
        if (!state.equals(before)) {
            push();
            onNewState();
        }
    }

    private void onNewState() {
        if (state instanceof ReplicaLoad.Failed failed) {
            if (failed.ofNode() && holdsAPlace()) {
                host.failReplica("load " + failed.loadId() + ": " + failed.message());
            }
            // Also then: it comes back as a learner, and has to get staged to be of use.
            retryLater(failed);
        } else {
            prepareIfStaged();
        }
    }

    /** A member that others can do without gives its place up; a learner has none, and would only learn anew. */
    private boolean holdsAPlace() {
        RoleName role = host.view().role();
        return role == RoleName.SECONDARY
                || (role == RoleName.PRIMARY
                        && !host.view().configuration().secondaries().isEmpty());
    }

    private void retryLater(ReplicaLoad.Failed failed) {
        host.loop().schedule(RETRY_MS, () -> retry(failed));
    }

    /** As long as it stands like this: what keeps it from trying, a pause say, ends without being heard of here. */
    private void retry(ReplicaLoad.Failed failed) {
        if (closed || !state.equals(failed)) {
            return;
        }
        if (order.goal() == LoadGoal.PUBLISH || (failed.ofNode() && order.goal() != LoadGoal.PAUSE)) {
            take(failed.retry(), "tries again");
            obey();
        } else {
            retryLater(failed);
        }
    }

    private void perform(Effect effect) {
        if (effect instanceof Effect.RequestSlot) {
            requestSlot();
        } else if (effect instanceof Effect.ReleaseSlot) {
            releaseSlot();
        } else if (effect instanceof Effect.Fetch fetch) {
            Work fetching = new Work(
                    node,
                    host.gpid(),
                    host.self(),
                    fetch.order(),
                    disk,
                    listener(fetch.attempt(), false),
                    host::findBehindConflict,
                    relay(fetch.order()));
            work = fetching;
            fetching.startFetch();
        } else if (effect instanceof Effect.Verify verify && verify.order().isRollback()) {
            lookForGeneration(verify);
        } else if (effect instanceof Effect.Verify verify) {
            Work verifying = new Work(
                    node,
                    host.gpid(),
                    host.self(),
                    verify.order(),
                    disk,
                    listener(verify.attempt(), true),
                    host::findBehindConflict,
                    Relay.NONE);
            work = verifying;
            verifying.startVerify(set -> onLoop(() -> staged = set));
        } else if (effect instanceof Effect.Stop && work != null) {
            work.stop();
        } else if (effect instanceof Effect.Delete delete) {
            delete(delete.upToLoadId());
        }
    }

    private Relay relay(LoadOrder fetched) {
        return new GroupRelay(
                () -> place,
                RelayDesk.transport(host, fetched.loadId(), fetched.manifestDigest()),
                node.clock(),
                GroupRelay.PATIENCE_MS);
    }

    private void lookForGeneration(Effect.Verify verify) {
        Publish rollback = publish(verify.order());
        Work.Listener listener = listener(verify.attempt(), true);
        if (host.keepsGeneration(rollback.rollbackTo())) {
            listener.onDone();
        } else {
            listener.onFailed(
                    new LoadError(
                            ErrorCode.ERR_OBJECT_NOT_FOUND,
                            "generation " + rollback.rollbackTo()
                                    + " is not kept any more; the app cannot be rolled back to it"),
                    false);
        }
    }

    /** True while a generation that is not current may become that. */
    @Override
    public boolean rollsBack() {
        return order.isRollback()
                && (order.goal() == LoadGoal.DOWNLOAD
                        || order.goal() == LoadGoal.PUBLISH
                        || order.goal() == LoadGoal.PAUSE);
    }

    private void requestSlot() {
        releaseSlot();
        long request = slotRequests;
        ticket = node.slots()
                .acquire(
                        host.gpid() + "@" + host.self(),
                        order.priority(),
                        () -> onLoop(() -> {
                            if (request == slotRequests) {
                                take(state.onSlot(), "got a slot");
                            }
                        }));
    }

    private void releaseSlot() {
        DownloadSlots.Ticket held = ticket;
        ticket = null;
        slotRequests++;
        if (held != null) {
            held.release();
        }
    }

    private void delete(long upToLoadId) {
        staged = null;
        progress = null;
        node.desk().withdraw(host.gpid(), upToLoadId);
        node.executeDelete(() -> {
            try {
                node.faults().reached(BEFORE_DELETE);
                disk.deleteUpTo(upToLoadId);
                node.faults().reached(DELETED);
                // A replica has one load at a time, and begins another only once it has heard of this.
                node.ledger(host.loadDirectory()).releaseBelow(host.loadDirectory());
                onLoop(() -> {
                    take(state.onDeleted(upToLoadId), "deleted");
                    obey();
                });
            } catch (IOException e) {
                LOG.warn("{}: load {} cannot be deleted yet", host.gpid(), upToLoadId, e);
                onLoop(() -> host.loop().schedule(RETRY_MS, () -> {
                    if (!closed && state instanceof ReplicaLoad.CleaningUp) {
                        delete(upToLoadId);
                    }
                }));
            }
        });
    }

    private Work.Listener listener(long attempt, boolean verifies) {
        return new Work.Listener() {
            @Override
            public void onManifest(FileTotals totals) {
                onLoop(() -> take(state.onManifest(attempt, totals), "manifest read"));
            }

            @Override
            public void onProgress(DownloadProgress now) {
                onLoop(() -> {
                    if (state.attempt() == attempt) {
                        progress = now;
                        planPush(PROGRESS_INTERVAL_MS);
                    }
                });
            }

            @Override
            public void onDone() {
                event(load -> verifies ? load.onVerified(attempt) : load.onFetched(attempt), "done");
            }

            @Override
            public void onFailed(LoadError error, boolean ofNode) {
                event(load -> load.onFailed(attempt, error, ofNode), error.message());
            }

            @Override
            public void onStopped() {
                event(load -> load.onStopped(attempt), "stopped");
            }
        };
    }

    private void event(Function<ReplicaLoad, Step> event, String why) {
        onLoop(() -> take(event.apply(state), why));
    }

    private void onLoop(Runnable task) {
        host.loop().execute(() -> {
            if (!closed) {
                task.run();
            }
        });
    }

    // ---- What it says of itself

    private MemberReport currentReport() {
        FileTotals totals = state.totals();
        boolean all = state.phase() == MemberPhase.STAGED || state.phase() == MemberPhase.PUBLISHED;
        DownloadProgress now = progress;
        long bytes = all ? totals.bytes() : now == null ? 0 : now.bytesDone();
        boolean fetching = state instanceof ReplicaLoad.Fetching;
        LoadError error = state instanceof ReplicaLoad.Failed failed ? failed.error() : null;
        boolean ofNode = state instanceof ReplicaLoad.Failed failed && failed.ofNode();
        String message = state.message();
        DownloadSlots.Ticket waiting = ticket;
        if (state.phase() == MemberPhase.WAITING && waiting != null) {
            message = message + ", " + waiting.ahead() + " wait before it";
        }
        String throttled = node.throttle().state().hint();
        if (fetching && !throttled.isEmpty()) {
            message = message + " (" + throttled + ")";
        }
        return new MemberReport(
                state.loadId(),
                state.phase(),
                bytes,
                Math.max(totals.bytes(), now == null ? 0 : now.bytesTotal()),
                fetching && now != null ? now.bytesPerSecond() : 0,
                all ? totals.files() : now == null ? 0 : now.filesDone(),
                totals.files(),
                error,
                ofNode,
                message,
                totals.digest(),
                state instanceof ReplicaLoad.Staged deep && deep.deep(),
                changeSequence,
                host.incarnation());
    }

    private void planPush(long delayMs) {
        if (!pushPlanned) {
            pushPlanned = true;
            host.loop().schedule(delayMs, () -> {
                pushPlanned = false;
                if (!closed) {
                    push();
                }
            });
        }
    }

    private void push() {
        changeSequence = node.nextChange();
        report = currentReport();
        if (host.view().isPrimary()) {
            group.onReport(host.self(), report);
            return;
        }
        if (directiveAlone != 0) {
            host.reportChanged();
            return;
        }
        HostPort primary = host.view().primary();
        boolean nothingToSay = report.loadId() == 0 && report.phase() == MemberPhase.NONE;
        if (primary == null || nothingToSay || primary.equals(host.self())) {
            return;
        }
        LoadProgressRequest request = new LoadProgressRequest();
        request.setGpid(Wire.gpid(host.gpid()));
        request.setBallot(host.view().ballot().number());
        request.setMember(Wire.address(host.self()));
        request.setState(LoadWire.wire(report));
        long told = changeSequence;
        host.sendProgress(request, (reply, error) -> {
            boolean heard =
                    error == null && reply != null && Wire.error(reply.getErr()).isOk();
            if (!closed && !heard && told == changeSequence) {
                planPush(PUSH_RETRY_MS);
            }
        });
    }
}
