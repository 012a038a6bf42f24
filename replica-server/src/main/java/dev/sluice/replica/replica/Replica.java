package dev.sluice.replica.replica;

import dev.sluice.bulkload.load.GroupOrder;
import dev.sluice.bulkload.load.GroupProgress;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.atomic.AtomicWrite;
import dev.sluice.replica.compaction.CompactionView;
import dev.sluice.replica.compaction.ManualCompaction;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.replica.replication.Effect;
import dev.sluice.replica.replication.History;
import dev.sluice.replica.replication.LearnAsk;
import dev.sluice.replica.replication.Prepare;
import dev.sluice.replica.replication.PrepareAnswer;
import dev.sluice.replica.replication.Role;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.replica.replication.Status;
import dev.sluice.replica.replication.Step;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.LearnReply;
import dev.sluice.wire.internal.LoadProgressReply;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.PrepareReply;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica: performs what its {@link Role} decides. Its state belongs to one event loop; reads of rows go to {@link
 * #engine} from any thread.
 */
public final class Replica implements Effect.Handler, Applier.Listener, RoleHost {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final long TICK_MS = 100;

    private final Gpid gpid;
    private final ReplicaServices services;
    private final EventLoop loop;
    private final ReplicaDirectory directory;
    private final MutationLog log;
    private final History history;
    private final Consumer<ReplicaReport> onReport;
    private final EngineSlot slot;
    private final ReplicaRecord record;
    private final Applier applier;
    private final Flusher flusher;
    private final LoadHooks hooks;
    private final ClientWrites writes;
    private final Teacher teacher;
    private final Pupil pupil;
    private final ExpiredRows expiredRows;
    private final KeptGenerations keptGenerations;
    private final ManualCompaction compaction;
    private final Map<Long, Responder<PrepareReply>> prepares = new HashMap<>();
    private volatile ReplicaView view;
    private Role role;
    private @Nullable AppDescription app;
    private long prepareTokens;
    private boolean reportQueued;
    private volatile @Nullable PartitionDirective told;
    private volatile String engineDamage = "";
    private volatile boolean failedByNode;
    private volatile boolean diskRefuses;
    private volatile boolean closed;

    /** To be called on the loop. */
    Replica(
            ReplicaServices services,
            EventLoop loop,
            ReplicaDirectory directory,
            ReplicaDirectory.Identity identity,
            OpenedReplica opened,
            Consumer<ReplicaReport> onReport) {
        this.gpid = identity.gpid();
        this.services = services;
        this.loop = loop;
        this.directory = directory;
        this.slot = new EngineSlot(opened.engine(), this::onDamageRead);
        this.log = opened.log();
        this.record = new ReplicaRecord(directory, identity, services.maintenance());
        this.history = new History(
                services.settings().limits(), slot.appliedDecree(), opened.uncommitted(), loop.wallMs() * 1000);
        this.onReport = onReport;
        this.role = Role.found(services.self(), history, services.settings().limits());
        this.view = new ReplicaView(role.name(), false, role.configuration(), null);
        this.applier = new Applier(loop, services.maintenance(), opened.engine(), this);
        this.hooks = services.loads().attach(new ReplicaLoadHost(this, services, directory.load()));
        this.writes = new ClientWrites(loop, this);
        this.teacher =
                new Teacher(services, gpid, loop, log, history, slot, directory.shelf(), () -> engineDamage, this);
        this.flusher =
                new Flusher(services, gpid, loop, log, this::onDurable, this::onFlushBroken, teacher::neededFrom);
        this.expiredRows = new ExpiredRows(
                gpid,
                loop,
                services.maintenance(),
                slot,
                applier,
                services.settings().expiry());
        this.keptGenerations = new KeptGenerations(
                gpid, loop, services.maintenance(), services.settings().retention());
        this.compaction = new ManualCompaction(
                gpid,
                loop,
                services.compactions(),
                bytes -> services.disks()
                        .ledger(directory.engine())
                        .reserve(directory.engine(), bytes, 0)
                        .release(),
                services.settings().compaction(),
                this::reportChanged);
        Installer installer =
                new Installer(services, gpid, loop, directory, slot, log, applier, flusher, this, this::onInstalled);
        this.pupil =
                new Pupil(services, gpid, loop, directory.fetching(), this, this::view, hooks::stagedLoadId, installer);
        loop.schedule(TICK_MS, this::tick);
    }

    public Gpid gpid() {
        return gpid;
    }

    /** Any thread. */
    public ReplicaView view() {
        return view;
    }

    /** The rows; any thread. One that a checkpoint replaced throws: whoever reads then answers as for a wrong role. */
    public Engine engine() {
        return slot.watched();
    }

    public EventLoop loop() {
        return loop;
    }

    /** Where it lies. */
    public Path path() {
        return directory.path();
    }

    /** Decree up to which mutations are known to be committed; on the loop. */
    public long committedDecree() {
        return history.committed();
    }

    /** Decree of the last mutation that this replica has taken; on the loop. */
    public long preparedDecree() {
        return history.prepared();
    }

    /** How far it is with compactions that were asked for; any thread. */
    public CompactionView compaction() {
        return compaction.view();
    }

    LoadHooks hooks() {
        return hooks;
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /**
     * Hands a client's write over; any thread. {@code done} gets its decree, or null and the error of the answer, on the
     * loop.
     */
    public void write(List<RowChange> rows, BiConsumer<@Nullable Long, ErrorCode> done) {
        if (diskRefuses) {
            loop.execute(() -> done.accept(null, ErrorCode.ERR_DISK_INSUFFICIENT));
        } else {
            writes.add(rows, done);
        }
    }

    /** The newest directive that it took; any thread. */
    @Nullable
    PartitionDirective told() {
        return told;
    }

    /** True if its engine is found to be damaged; any thread. */
    boolean isDamaged() {
        return !engineDamage.isEmpty();
    }

    /** True if it is out because its node failed, not its data, and nobody else has that; any thread. */
    boolean waitsForItsNode() {
        ReplicaView now = view;
        return failedByNode
                && !isDamaged()
                && now.role() == RoleName.ERROR
                && services.self().equals(now.primary())
                && now.configuration().secondaries().isEmpty();
    }

    /**
     * Hands an atomic operation over; any thread. It is evaluated when all before it is applied. {@code done} as for {@link
     * #write(List, BiConsumer)}, but it is never called if the operation may or may not take effect: a client that heard of
     * an error would send it again.
     */
    public void write(AtomicWrite operation, BiConsumer<@Nullable Long, ErrorCode> done) {
        writes.add(operation, done);
    }

    void onDirective(PartitionDirective directive) {
        if (closed) {
            return;
        }
        Configuration wanted = Messages.configuration(directive);
        if (wanted.ballot().isOlderThan(role.configuration().ballot())) {
            LOG.debug(
                    "{}: directive of ballot {} is old, at {}",
                    gpid,
                    wanted.ballot(),
                    role.configuration().ballot());
            return;
        }
        app = directive.getApp();
        told = directive;
        perform(role.onDirective(wanted, loop.nowMs()));
        record.save(directive.getApp(), role.configuration().ballot());
        if (role.name() == RoleName.PRIMARY) {
            hooks.onDirective(directive.isSetLoad() ? directive.getLoad() : null);
        } else if (role.name() == RoleName.INACTIVE && directive.isSetLoad()) {
            hooks.onDirectiveAlone(directive.getLoad());
        }
    }

    /** The leader's listing does not name this replica. */
    void onNotNamed() {
        Configuration known = role.configuration();
        if (!closed && role.name() != RoleName.INACTIVE && role.name() != RoleName.ERROR) {
            perform(role.onDirective(known.withoutAnyone(), loop.nowMs()));
        }
    }

    void onPrepare(Prepare prepare, Responder<PrepareReply> responder) {
        if (closed) {
            responder.fail(ErrorCode.ERR_INVALID_STATE);
            return;
        }
        long token = ++prepareTokens;
        prepares.put(token, responder);
        try {
            perform(role.onPrepare(token, prepare, loop.nowMs()));
        } catch (RuntimeException | Error e) {
            prepares.remove(token); // who called answers
            throw e;
        }
    }

    void onLearn(LearnAsk ask, Responder<LearnReply> responder) {
        teacher.onAsked(ask, responder);
    }

    void onGroupLoad(GroupOrder order, Responder<GroupLoadReply> responder) {
        ErrorCode refusal = groupRefusal(order.ballot());
        if (refusal.isOk()) {
            responder.reply(hooks.onGroupLoad(order));
        } else {
            responder.reply(new GroupLoadReply().setErr(Wire.error(refusal)));
        }
    }

    void onLoadProgress(GroupProgress progress, Responder<LoadProgressReply> responder) {
        ErrorCode refusal = groupRefusal(progress.ballot());
        if (refusal.isOk() && role.name() != RoleName.PRIMARY) {
            refusal = ErrorCode.ERR_INVALID_STATE;
        }
        if (refusal.isOk()) {
            hooks.onProgress(progress.member(), progress.report());
        }
        responder.reply(new LoadProgressReply().setErr(Wire.error(refusal)));
    }

    private ErrorCode groupRefusal(Ballot ballot) {
        if (closed) {
            return ErrorCode.ERR_INVALID_STATE;
        }
        return ballot.isOlderThan(role.configuration().ballot()) ? ErrorCode.ERR_VERSION_OUTDATED : ErrorCode.ERR_OK;
    }

    void publish(Publish publish, BiConsumer<@Nullable Long, ErrorCode> done) {
        writes.publish(publish, done);
    }

    @Override
    public void fail(String message) {
        if (!closed) {
            perform(role.onFailure(message, loop.nowMs()));
        }
    }

    /** Takes it out for a failure of its node, say of the disk where a load is staged: what it has of the data is right. */
    void failByNode(String message) {
        if (!closed && role.name() != RoleName.ERROR && engineDamage.isEmpty()) {
            failedByNode = true;
        }
        fail(message);
    }

    @Override
    public void fail(String message, RuntimeException cause) {
        boolean disk = cause instanceof EngineException engine
                ? engine.kind() == EngineException.Kind.DISK
                : cause instanceof LogException && cause.getCause() instanceof IOException;
        if (disk && !closed) {
            failedByNode = true;
            services.disks().noteTrouble(directory.path(), message);
        }
        fail(message);
    }

    @Override
    public void damaged(String message) {
        if (!closed) {
            LOG.error("{}: damaged: {}", gpid, message);
            perform(role.onDamage(message, loop.nowMs()));
        }
    }

    /** Any thread. */
    private void onDamageRead(Engine engine, EngineException damage) {
        loop.execute(() -> {
            if (!slot.isVacant() && slot.engine() == engine && engineDamage.isEmpty()) {
                engineDamage = String.valueOf(damage.getMessage());
                damaged(engineDamage);
            }
        });
    }

    private void onFlushBroken(EngineException broken) {
        if (broken.kind() == EngineException.Kind.DAMAGE) {
            onDamageRead(slot.engine(), broken);
        } else {
            fail("the engine cannot be flushed: " + broken.getMessage(), broken);
        }
    }

    /** Hands the report over soon, once for all changes until then. */
    void reportChanged() {
        if (reportQueued || closed) {
            return;
        }
        reportQueued = true;
        loop.execute(() -> {
            reportQueued = false;
            if (!closed) {
                onReport.accept(report());
            }
        });
    }

    /** What this replica reports; on the loop. */
    ReplicaReport report() {
        Status status = role.status();
        ReplicaReport report = Reports.of(status)
                .setGpid(Wire.gpid(gpid))
                .setBallot(role.configuration().ballot().number())
                .setLastCommittedDecree(history.committed())
                .setLastPreparedDecree(history.prepared())
                .setLastDurableDecree(durable())
                .setPublishedLoadId(publishedLoadId())
                .setCompactedFor(compaction.view().last().trigger());
        if (status.role() == RoleName.PRIMARY || status.role() == RoleName.INACTIVE) {
            report.setLoad(hooks.report());
        }
        return report;
    }

    /** What this node says of the replica when it registers; on the loop. */
    ReplicaOnDisk onDisk() {
        ReplicaDirectory.Identity identity = record.identity();
        long ballot = role.configuration().ballot().number();
        return new ReplicaOnDisk(
                        Wire.gpid(gpid),
                        Math.max(ballot, identity.ballot().number()),
                        history.committed(),
                        history.prepared(),
                        durable())
                .setFailed(role.name() == RoleName.ERROR)
                .setApp(identity.app())
                .setLastPreparedBallot(lastPreparedBallot());
    }

    /** 0 if the log ends before what the engine has, or cannot be read. */
    private long lastPreparedBallot() {
        long prepared = history.prepared();
        Mutation last = history.find(prepared);
        if (last == null && log.firstDecree() <= prepared && prepared <= log.lastDecree()) {
            try {
                last = log.read(prepared, 1).get(0);
            } catch (LogException e) {
                LOG.warn("{}: cannot read the end of the log", gpid, e);
            }
        }
        return last == null ? 0 : last.ballot().number();
    }

    long publishedLoadId() {
        return slot.publishedLoadId();
    }

    /** On the loop. */
    boolean awaitsPublish(long loadId) {
        for (long decree = slot.appliedDecree() + 1; decree <= history.prepared(); decree++) {
            Mutation mutation = history.find(decree);
            if (mutation == null || (mutation.change() instanceof Publish publish && publish.loadId() == loadId)) {
                return true;
            }
        }
        return false;
    }

    long appliedDecree() {
        return slot.appliedDecree();
    }

    /** Flushes the engine soon, and again until that decree is durable; on the loop. */
    public void flushSoon(long decree) {
        flusher.flushSoon(decree);
    }

    long durable() {
        return slot.durableDecree();
    }

    /** Closes; the flush has been done if it could be. On the loop; log and engine are closed behind. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        // It is found until it is gone from the disk, and must not answer from what others have left behind.
        view = new ReplicaView(view.role(), false, view.configuration(), app);
        hooks.close();
        applier.stop();
        writes.close();
        teacher.close();
        prepares.values().forEach(responder -> responder.fail(ErrorCode.ERR_INVALID_STATE));
        prepares.clear();
        record.saveHint(slot, history);
    }

    /** After {@link #close}: flushes and gives everything back, on the maintenance pool. */
    CompletableFuture<Void> release(boolean flush) {
        return flusher.stop().thenRunAsync(() -> giveBack(flush), services.maintenance());
    }

    private void giveBack(boolean flush) {
        try {
            if (flush && role.name() != RoleName.ERROR && !slot.isVacant()) {
                slot.engine().flush();
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: the last flush failed; the log has what it would have saved", gpid, e);
        }
        log.close();
        slot.engine().close();
    }

    private void tick() {
        if (!closed) {
            // First: what fails in the middle of a tick does not end the next.
            loop.schedule(TICK_MS, this::tick);
            onTick();
        }
    }

    private void onTick() {
        perform(role.onTick(loop.nowMs()));
        applier.goOn();
        record.onTick(loop.nowMs(), slot, history);
        if (!slot.isVacant() && !applier.isPublishing()) {
            AppDescription known = app;
            Map<String, String> envs = known == null ? Map.of() : known.getEnvs();
            flusher.onTick(slot.engine());
            if (!hooks.rollsBack()) {
                keptGenerations.onTick(slot.engine(), envs);
            }
            boolean isMember = role.name() == RoleName.PRIMARY || role.name() == RoleName.SECONDARY;
            compaction.onTick(slot.watched(), envs, isMember && !diskRefuses);
        }
        expiredRows.onTick(role.name());
        diskRefuses =
                services.settings().rejectsWritesWhenFull() && services.disks().refusal(directory.path()) != null;
    }

    // ---- Effects

    @Override
    public void perform(Step step) {
        Role before = role;
        role = step.next();
        if (!step.why().isEmpty()) {
            LOG.info(
                    "{}: {} -> {} ({}), committed {}, prepared {}",
                    gpid,
                    before.name(),
                    role.name(),
                    step.why(),
                    history.committed(),
                    history.prepared());
        }
        ReplicaView seen = view;
        boolean stillServes = seen.serving() && role == before && role.status().serving();
        ReplicaView next = new ReplicaView(role.name(), stillServes, role.configuration(), app);
        boolean changed = !next.equals(seen);
        if (changed) {
            view = next;
        }
        try {
            step.effects().forEach(effect -> effect.performOn(this));
        } catch (RuntimeException e) {
            LOG.error("{}: an effect failed", gpid, e);
            loop.execute(() -> fail("an effect failed: " + e.getMessage()));
        }
        if (changed) {
            hooks.onViewChanged();
        }
        if (role.name() != before.name() && (role.name() == RoleName.PRIMARY || role.name() == RoleName.SECONDARY)) {
            pupil.onMember();
        }
    }

    @Override
    public void append(Effect.Append effect) {
        effect.mutations().forEach(flusher::onAppended);
        try {
            log.append(
                    effect.mutations(), effect.fsync() || services.settings().logFsync(), new MutationLog.Completion() {
                        @Override
                        public void onWritten() {
                            loop.execute(() -> onLogWritten(effect.sequence()));
                        }

                        @Override
                        public void onFailed(LogException error) {
                            loop.execute(() -> fail("the log cannot be written: " + error.getMessage(), error));
                        }
                    });
        } catch (LogException e) {
            loop.execute(() -> fail("the log cannot be written: " + e.getMessage(), e));
        }
    }

    private void onLogWritten(long sequence) {
        if (!closed) {
            perform(role.onLogWritten(sequence, loop.nowMs()));
        }
    }

    @Override
    public void dropLogAfter(Effect.DropLogAfter effect) {
        log.dropAfter(effect.decree());
    }

    @Override
    public void commit(Effect.Commit effect) {
        long decree = effect.mutation().decree();
        applier.apply(effect.mutation(), () -> effect.tokens().forEach(token -> writes.committed(token, decree)));
    }

    @Override
    public void evaluate(Effect.Evaluate effect) {
        Role asker = role;
        // Behind all that is committed, and not inside the step that led here: its other effects come first.
        applier.afterwards(() -> loop.execute(() -> writes.evaluate(asker, effect.writes(), slot.engine())));
    }

    @Override
    public void refuse(Effect.Refuse effect) {
        writes.refuse(effect.token(), effect.error());
    }

    @Override
    public void send(Effect.Send effect) {
        long messageId = effect.prepare().messageId();
        int timeoutMs = (int) services.settings().limits().prepareTimeoutMs();
        CompletableFuture<PrepareReply> answered = services.rpc()
                .call(
                        effect.to(),
                        InternalRpcs.PREPARE,
                        RequestHeader.toPartition(gpid, timeoutMs, 0),
                        Messages.request(gpid, effect.prepare()));
        Replies.hear(answered, loop, (reply, lost) -> {
            if (!closed) {
                PrepareAnswer answer =
                        reply == null ? PrepareAnswer.lost(messageId) : Messages.answer(messageId, reply);
                perform(role.onPrepareAnswer(effect.to(), answer, loop.nowMs()));
            }
        });
    }

    @Override
    public void readLog(Effect.ReadLog effect) {
        teacher.readLog(effect);
    }

    @Override
    public void answer(Effect.Answer effect) {
        Responder<PrepareReply> responder = prepares.remove(effect.token());
        if (responder != null) {
            responder.reply(Messages.reply(effect.answer(), services.incarnation()));
        }
    }

    @Override
    public void teach(Effect.Teach effect) {
        teacher.teach(effect);
    }

    @Override
    public void askToLearn(Effect.AskToLearn effect) {
        pupil.ask(effect);
    }

    private void onInstalled(Engine installed) {
        engineDamage = "";
        failedByNode = false;
        record.forgetHint();
        flusher.onInstalled(installed.durableDecree());
        hooks.onDurable(installed.durableDecree());
    }

    @Override
    public void serve(Effect.Serve effect) {
        Role server = role;
        applier.afterwards(() -> {
            if (role == server && role.status().serving()) {
                view = new ReplicaView(role.name(), true, role.configuration(), app);
                hooks.onViewChanged();
            }
        });
    }

    @Override
    public void report(Effect.Report effect) {
        reportChanged();
    }

    @Override
    public void wake(Effect.Wake effect) {
        loop.schedule(effect.delayMs(), () -> {
            if (!closed) {
                perform(role.onTick(loop.nowMs()));
            }
        });
    }

    // ---- Applying

    @Override
    public Applier.Readiness readiness(Publish publish) {
        if (slot.engine().publishedLoadId() >= publish.loadId()) {
            return Applier.Readiness.APPLIED;
        }
        if (hooks.isStaged(publish)) {
            return Applier.Readiness.READY;
        }
        boolean alone = role.name() == RoleName.PRIMARY
                && role.configuration().secondaries().isEmpty();
        return alone ? Applier.Readiness.WAIT : Applier.Readiness.IMPOSSIBLE;
    }

    @Override
    public List<Path> stagedFiles(Publish publish) {
        return hooks.stagedFiles(publish);
    }

    @Override
    public void onPublished(Publish publish, long decree) {
        LOG.info("{}: published load {} at decree {}", gpid, publish.loadId(), decree);
        hooks.onPublished(publish, decree);
        // A flush that began in between may have said so before the publish was known here.
        if (!closed) {
            hooks.onDurable(slot.durableDecree());
        }
        flusher.flushSoon(decree);
        reportChanged();
    }

    @Override
    public void onApplyFailed(String message, RuntimeException cause) {
        // Not inside the step that led here: its other effects come first.
        loop.execute(() -> fail(message, cause));
    }

    private void onDurable(long durable) {
        if (!closed) {
            hooks.onDurable(durable);
        }
    }

    @Nullable
    HostPort primary() {
        return role.configuration().primary();
    }

    @Override
    public String toString() {
        return "replica " + gpid + " as " + Objects.toString(view.role());
    }
}
