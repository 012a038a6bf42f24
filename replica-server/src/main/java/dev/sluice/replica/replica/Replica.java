package dev.sluice.replica.replica;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.replica.replication.Effect;
import dev.sluice.replica.replication.History;
import dev.sluice.replica.replication.LearnAnswer;
import dev.sluice.replica.replication.LearnAsk;
import dev.sluice.replica.replication.PrepareAnswer;
import dev.sluice.replica.replication.Role;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.replica.replication.Status;
import dev.sluice.replica.replication.Step;
import dev.sluice.replica.replication.Write;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LearnReply;
import dev.sluice.wire.internal.LearnRequest;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.LoadProgressReply;
import dev.sluice.wire.internal.LoadProgressRequest;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.PrepareReply;
import dev.sluice.wire.internal.PrepareRequest;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica: performs what its {@link Role} decides. Its state belongs to one event loop; reads of rows go to {@link
 * #engine} from any thread.
 */
public final class Replica implements Effect.Handler, Applier.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final long TICK_MS = 100;
    private static final long HINT_MS = 1_000;
    /** A batch of a scan takes up to 5 s, and no read takes longer. */
    private static final long READERS_MS_MAX = 30_000;

    private static final int LEARN_BYTES_MAX = 4 << 20;

    private final Gpid gpid;
    private final ReplicaServices services;
    private final EventLoop loop;
    private final ReplicaDirectory directory;
    private final MutationLog log;
    private final History history;
    private final Consumer<ReplicaReport> onReport;
    private final Applier applier;
    private final Flusher flusher;
    private final LoadHooks hooks;
    private final Map<Long, Responder<PrepareReply>> prepares = new HashMap<>();
    private final Map<Long, Asked> lessons = new HashMap<>();
    /** The run of each learner that was taught last. */
    private final Map<HostPort, Long> learnerRuns = new HashMap<>();

    private final Map<Long, BiConsumer<@Nullable Long, ErrorCode>> writers = new HashMap<>();
    private final ConcurrentLinkedQueue<Incoming> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean inboxScheduled = new AtomicBoolean();
    private volatile Engine engine;
    private volatile ReplicaView view;
    private Role role;
    private volatile ReplicaDirectory.Identity identity;
    private @Nullable AppDescription app;
    private long tokens;
    private long hintWritten = -1;
    private long hintAtMs;
    /** A checkpoint takes the engine's place; also after that failed: there is no engine to be used then. */
    private boolean installing;

    private boolean installUnderWay;
    private boolean reportQueued;
    private volatile boolean closed;

    /** A client's write on its way to the loop. */
    private record Incoming(List<RowChange> rows, BiConsumer<@Nullable Long, ErrorCode> done) {}

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
        this.identity = identity;
        this.engine = opened.engine();
        this.log = opened.log();
        this.history = new History(
                services.settings().limits(), engine.appliedDecree(), opened.uncommitted(), loop.wallMs() * 1000);
        this.onReport = onReport;
        this.role = Role.found(services.self(), history, services.settings().limits());
        this.view = new ReplicaView(role.name(), false, role.configuration(), null);
        this.applier = new Applier(loop, services.maintenance(), engine, this);
        this.flusher = new Flusher(services, gpid, loop, log, this::onDurable);
        this.hooks = services.loads().attach(new ReplicaLoadHost(this, services, directory.load()));
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
        return engine;
    }

    public EventLoop loop() {
        return loop;
    }

    LoadHooks hooks() {
        return hooks;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Hands a client's write over; any thread. {@code done} gets its decree, or null and the error of the answer, on the
     * loop.
     */
    public void write(List<RowChange> rows, BiConsumer<@Nullable Long, ErrorCode> done) {
        inbox.add(new Incoming(rows, done));
        if (inboxScheduled.compareAndSet(false, true)) {
            loop.execute(this::drainInbox);
        }
    }

    private void drainInbox() {
        inboxScheduled.set(false);
        Incoming next = inbox.poll();
        while (next != null) {
            if (closed) {
                next.done().accept(null, ErrorCode.ERR_INVALID_STATE);
            } else {
                long token = ++tokens;
                writers.put(token, next.done());
                perform(role.onWrite(new Write(token, next.rows()), loop.nowMs(), loop.wallMs() * 1000));
            }
            next = inbox.poll();
        }
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
        perform(role.onDirective(wanted, loop.nowMs()));
        saveIdentity(directive.getApp());
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
            perform(role.onDirective(
                    new Configuration(known.ballot(), null, List.of(), List.of(), known.minReplicaCount()),
                    loop.nowMs()));
        }
    }

    void onPrepare(PrepareRequest request, Responder<PrepareReply> responder) {
        if (closed) {
            responder.fail(ErrorCode.ERR_INVALID_STATE);
            return;
        }
        long token = ++tokens;
        prepares.put(token, responder);
        perform(role.onPrepare(token, Messages.prepare(request), loop.nowMs()));
    }

    void onLearn(LearnRequest request, Responder<LearnReply> responder) {
        if (closed) {
            responder.reply(Messages.refusal(ErrorCode.ERR_INVALID_STATE, "closed"));
            return;
        }
        long token = ++tokens;
        lessons.put(token, new Asked(responder, request.getIncarnation()));
        perform(role.onLearnAsked(token, Messages.ask(request), loop.nowMs()));
    }

    void onGroupLoad(GroupLoadRequest request, Responder<GroupLoadReply> responder) {
        ErrorCode refusal = groupRefusal(request.getBallot());
        if (refusal.isOk()) {
            responder.reply(hooks.onGroupLoad(request));
        } else {
            responder.reply(new GroupLoadReply().setErr(Wire.error(refusal)));
        }
    }

    void onLoadProgress(LoadProgressRequest request, Responder<LoadProgressReply> responder) {
        ErrorCode refusal = groupRefusal(request.getBallot());
        if (refusal.isOk() && role.name() != RoleName.PRIMARY) {
            refusal = ErrorCode.ERR_INVALID_STATE;
        }
        if (refusal.isOk()) {
            hooks.onProgress(request);
        }
        responder.reply(new LoadProgressReply().setErr(Wire.error(refusal)));
    }

    private ErrorCode groupRefusal(long ballot) {
        if (closed) {
            return ErrorCode.ERR_INVALID_STATE;
        }
        return new Ballot(ballot).isOlderThan(role.configuration().ballot())
                ? ErrorCode.ERR_VERSION_OUTDATED
                : ErrorCode.ERR_OK;
    }

    void publish(Publish publish, BiConsumer<@Nullable Long, ErrorCode> done) {
        if (closed) {
            done.accept(null, ErrorCode.ERR_INVALID_STATE);
            return;
        }
        long token = ++tokens;
        writers.put(token, done);
        perform(role.onPublish(token, publish, loop.nowMs(), loop.wallMs() * 1000));
    }

    void fail(String message) {
        if (!closed) {
            perform(role.onFailure(message, loop.nowMs()));
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
        ReplicaReport report = new ReplicaReport()
                .setGpid(Wire.gpid(gpid))
                .setBallot(role.configuration().ballot().number())
                .setRole(ReplicaRole.valueOf(status.role().name()))
                .setLastCommittedDecree(history.committed())
                .setLastPreparedDecree(history.prepared())
                .setLastDurableDecree(durable())
                .setLearners(status.learners().stream()
                        .map(learner -> new LearnerState(
                                        Wire.address(learner.node()), learner.caughtUp(), learner.lastPrepared())
                                .setMessage(learner.message())
                                .setIncarnation(learnerRuns.getOrDefault(learner.node(), 0L)))
                        .toList())
                .setUnreachable(Wire.addresses(status.unreachable()))
                .setPublishedLoadId(publishedLoadId());
        if (status.role() == RoleName.PRIMARY || status.role() == RoleName.INACTIVE) {
            report.setLoad(hooks.report());
        }
        if (status.role() == RoleName.ERROR) {
            report.setError(Wire.error(ErrorCode.ERR_LOCAL_APP_FAILURE));
        }
        if (!status.message().isEmpty()) {
            report.setMessage(status.message());
        }
        return report;
    }

    /** What this node says of the replica when it registers; on the loop. */
    ReplicaOnDisk onDisk() {
        Ballot ballot = role.configuration().ballot();
        return new ReplicaOnDisk(
                Wire.gpid(gpid),
                Math.max(ballot.number(), identity.ballot().number()),
                history.committed(),
                history.prepared(),
                durable());
    }

    long publishedLoadId() {
        return installing ? 0 : engine.publishedLoadId();
    }

    long appliedDecree() {
        return installing ? 0 : engine.appliedDecree();
    }

    long durable() {
        return installing ? 0 : engine.durableDecree();
    }

    /** Closes; the flush has been done if it could be. On the loop; log and engine are closed behind. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        hooks.close();
        applier.stop();
        writers.values().forEach(done -> done.accept(null, ErrorCode.ERR_INVALID_STATE));
        writers.clear();
        prepares.values().forEach(responder -> responder.fail(ErrorCode.ERR_INVALID_STATE));
        prepares.clear();
        saveHint();
    }

    /** After {@link #close}: flushes and gives everything back. Blocks; off the loop. */
    void release(boolean flush) {
        flusher.stop();
        try {
            if (flush && role.name() != RoleName.ERROR && !installing) {
                engine.flush();
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: the last flush failed; the log has what it would have saved", gpid, e);
        }
        log.close();
        engine.close();
    }

    private void tick() {
        if (closed) {
            return;
        }
        perform(role.onTick(loop.nowMs()));
        applier.goOn();
        if (loop.nowMs() - hintAtMs >= HINT_MS) {
            hintAtMs = loop.nowMs();
            saveHint();
        }
        if (!installing && !applier.isPublishing()) {
            flusher.onTick(engine);
        }
        loop.schedule(TICK_MS, this::tick);
    }

    private void saveHint() {
        long applied = installing ? -1 : engine.appliedDecree();
        Mutation last = history.find(applied);
        if (applied > hintWritten && last != null) {
            try {
                directory.writeCommitted(CommitHint.of(last));
                hintWritten = applied;
            } catch (IOException e) {
                LOG.warn("{}: cannot write the commit hint", gpid, e);
            }
        }
    }

    private void saveIdentity(AppDescription described) {
        ReplicaDirectory.Identity now = new ReplicaDirectory.Identity(
                identity.clusterId(),
                gpid,
                described.getAppName(),
                described.getPartitionCount(),
                role.configuration().ballot());
        if (now.equals(identity)) {
            return;
        }
        identity = now;
        services.maintenance().execute(() -> {
            // The pool has several threads: without the lock an older ballot could be written last.
            synchronized (directory) {
                try {
                    directory.write(identity);
                } catch (IOException e) {
                    LOG.warn("{}: cannot write replica.json", gpid, e);
                }
            }
        });
    }

    // ---- Effects

    private void perform(Step step) {
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
                            loop.execute(() -> fail("the log cannot be written: " + error.getMessage()));
                        }
                    });
        } catch (LogException e) {
            loop.execute(() -> fail("the log cannot be written: " + e.getMessage()));
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
        applier.apply(
                effect.mutation(),
                () -> effect.tokens().forEach(token -> answerWriter(token, decree, ErrorCode.ERR_OK)));
    }

    @Override
    public void refuse(Effect.Refuse effect) {
        answerWriter(effect.token(), null, effect.error());
    }

    private void answerWriter(long token, @Nullable Long decree, ErrorCode error) {
        BiConsumer<@Nullable Long, ErrorCode> done = writers.remove(token);
        if (done != null) {
            done.accept(decree, error);
        }
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
        loop.execute(() -> {
            if (closed) {
                return;
            }
            List<Mutation> found =
                    readLog(effect.fromDecree(), services.settings().limits().prepareBytesMax());
            perform(role.onLogRead(effect.peer(), effect.fromDecree(), found, loop.nowMs()));
        });
    }

    /** A log that cannot be read has nothing to give: the peer gives its place up, or learns from a checkpoint. */
    private List<Mutation> readLog(long fromDecree, int bytesMax) {
        try {
            return log.read(fromDecree, bytesMax);
        } catch (LogException e) {
            LOG.error("{}: the log cannot be read from {} on", gpid, fromDecree, e);
            return List.of();
        }
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
        Asked asked = lessons.remove(effect.token());
        if (asked == null) {
            return;
        }
        Responder<LearnReply> responder = asked.responder();
        if (effect.lesson() != Effect.Lesson.REFUSE) {
            learnerRuns.put(effect.ask().learner(), asked.incarnation());
        }
        switch (effect.lesson()) {
            case REFUSE ->
                responder.reply(Messages.refusal(
                        ErrorCode.ERR_INVALID_STATE,
                        "asked under ballot " + effect.ask().ballot() + ", here " + role.name() + " of "
                                + role.configuration().ballot()));
            case PREPARES -> responder.reply(Lessons.prepares(effect.ask().lastCommitted() + 1));
            case LOG -> loop.execute(() -> teachLog(effect.ask(), responder));
            case CHECKPOINT -> teachCheckpoint(effect.ask(), responder);
        }
    }

    private void teachLog(LearnAsk ask, Responder<LearnReply> responder) {
        if (closed) {
            responder.fail(ErrorCode.ERR_INVALID_STATE);
            return;
        }
        long committed = history.committed();
        List<Mutation> found = Lessons.committedOf(readLog(ask.lastCommitted() + 1, LEARN_BYTES_MAX), ask, committed);
        if (found.isEmpty()) {
            teachCheckpoint(ask, responder);
            return;
        }
        long last = found.get(found.size() - 1).decree();
        boolean all = last == committed;
        responder.reply(Lessons.log(found, all ? last + 1 : 0));
        perform(role.onTaught(ask, last, all, loop.nowMs()));
    }

    private void teachCheckpoint(LearnAsk ask, Responder<LearnReply> responder) {
        Engine source = engine;
        services.maintenance().execute(() -> {
            try {
                var contents = services.shelf().take(gpid, source, directory.shelf());
                LOG.info(
                        "{}: {} learns from checkpoint {} at {}",
                        gpid,
                        ask.learner(),
                        contents.id(),
                        contents.decree());
                responder.reply(Lessons.checkpoint(contents));
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: no checkpoint for {}", gpid, ask.learner(), e);
                responder.reply(Messages.refusal(ErrorCode.ERR_CHECKPOINT_FAILED, String.valueOf(e.getMessage())));
            }
        });
    }

    @Override
    public void askToLearn(Effect.AskToLearn effect) {
        LearnRequest request = Messages.request(gpid, effect.ask(), hooks.stagedLoadId(), services.incarnation());
        CompletableFuture<LearnReply> answered = services.rpc()
                .call(
                        effect.primary(),
                        InternalRpcs.LEARN,
                        RequestHeader.toPartition(gpid, Lessons.ASK_TIMEOUT_MS, 0),
                        request);
        Replies.hear(answered, loop, (reply, lost) -> learn(effect, reply, lost));
    }

    private void learn(Effect.AskToLearn effect, @Nullable LearnReply reply, @Nullable Throwable lost) {
        long learnId = effect.ask().learnId();
        if (closed) {
            return;
        }
        if (reply == null || !Wire.error(reply.getErr()).isOk()) {
            String why = reply == null ? String.valueOf(lost) : reply.getErr().name() + ": " + reply.getHint();
            learned(learnId, new LearnAnswer.Failed(effect.primary() + " does not teach: " + why));
            return;
        }
        LearnAnswer.Log taught = Lessons.logOf(reply);
        if (taught != null) {
            learned(learnId, taught);
            return;
        }
        LOG.info("{}: learns from checkpoint {} of {}", gpid, reply.getCheckpointId(), effect.primary());
        services.learning().execute(() -> {
            String failure = null;
            try {
                services.fetch()
                        .fetch(
                                effect.primary(),
                                gpid,
                                reply.getCheckpointId(),
                                reply.getFiles(),
                                directory.fetching(),
                                () -> closed || view.role() != RoleName.LEARNER);
            } catch (IOException | RuntimeException e) {
                failure = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                failure = "was given up";
            }
            String result = failure;
            loop.execute(() -> {
                if (result == null) {
                    install(learnId);
                } else {
                    learned(learnId, new LearnAnswer.Failed("checkpoint: " + result));
                }
            });
        });
    }

    private void learned(long learnId, LearnAnswer answer) {
        if (!closed) {
            perform(role.onLearned(learnId, answer, loop.nowMs()));
        }
    }

    /** A fetched checkpoint takes the place of the engine. */
    private void install(long learnId) {
        if (closed || installUnderWay || !role.awaitsLesson(learnId)) {
            return;
        }
        if (applier.isPublishing() || flusher.isBusy()) {
            loop.schedule(TICK_MS, () -> install(learnId));
            return;
        }
        applier.stop();
        installing = true;
        installUnderWay = true;
        Engine old = engine;
        services.maintenance().execute(() -> {
            Engine opened = null;
            String failure = "";
            try {
                old.close();
                awaitReaders(old);
                directory.announceEngine();
                directory.replaceEngine();
                opened = services.engines().open(directory.engine());
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: the checkpoint cannot be installed", gpid, e);
                failure = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                failure = "was given up";
            }
            Engine installed = opened;
            String result = failure;
            loop.execute(() -> installed(learnId, installed, result));
        });
    }

    /** Until nobody uses a closed engine: its background work would go on in the files that take its place. */
    private void awaitReaders(Engine old) throws IOException, InterruptedException {
        for (long waitedMs = 0; waitedMs < READERS_MS_MAX; waitedMs += TICK_MS) {
            // Again each time: a scan that was in the middle of a batch has been put back since.
            services.endReaders().accept(gpid);
            if (old.awaitClosed(TICK_MS)) {
                return;
            }
        }
        throw new IOException("the engine is still being read after " + READERS_MS_MAX + " ms");
    }

    private void installed(long learnId, @Nullable Engine opened, String failure) {
        installUnderWay = false;
        if (opened == null) {
            fail("the checkpoint cannot be installed: " + failure);
            return;
        }
        installing = false;
        engine = opened;
        if (closed) {
            opened.close();
            return;
        }
        applier.restartWith(opened);
        try {
            log.restartAfter(opened.appliedDecree());
        } catch (LogException e) {
            fail("the log cannot begin anew: " + e.getMessage());
            return;
        }
        hintWritten = -1;
        hooks.onDurable(opened.durableDecree());
        learned(learnId, new LearnAnswer.Installed(opened.appliedDecree()));
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
        if (engine.publishedLoadId() >= publish.loadId()) {
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
        flusher.flushSoon();
        reportChanged();
    }

    @Override
    public void onApplyFailed(String message) {
        // Not inside the step that led here: its other effects come first.
        loop.execute(() -> fail(message));
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

    /** A learner's question that is not answered yet, and the run that asks. */
    private record Asked(Responder<LearnReply> responder, long incarnation) {}
}
