package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Change;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.Status.LearnerStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The only one that proposes. It first commits all that it has prepared, with one mutation of its own behind it, then serves.
 *
 * <p>An atomic operation is evaluated once, when all before it is applied; writes behind it wait and go with it.
 *
 * <p>A mutation is committed once every member has it, and every learner that was reported as caught up: such a learner may
 * be a member already, without this primary knowing.
 *
 * <p>One that is asked to hand over takes nothing new, ends what it has proposed, and says so. Until the leader says
 * otherwise it never serves again under that ballot: another may be primary by then.
 */
final class Primary implements Role, Peer.Sender {
    private static final long COMMIT_POINT_DELAY_MS = 10;
    /** So many atomic operations are evaluated in one go: each may read a disk. */
    private static final int EVALUATED_MAX = 200;

    private final Local local;
    private final Map<HostPort, Peer> peers = new TreeMap<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Long, List<Long>> tokens = new TreeMap<>();
    private final long firstOfBallot;
    private Configuration configuration;
    /** A round with atomic operations in it, while they are evaluated: nothing is proposed until it is. */
    private List<Write> evaluating = List.of();

    /** All that it took over is committed. */
    private boolean serving;
    /** Asked to hand over, it has ended what it had proposed. */
    private boolean handedOver;

    private String damage = "";
    private boolean commitPointWanted;
    private long commitPointAtMs = -1;

    private Primary(Local local, Configuration configuration, long firstOfBallot) {
        this.local = local;
        this.configuration = configuration;
        this.firstOfBallot = firstOfBallot;
    }

    static Step takeOver(Local local, Configuration wanted, long nowMs) {
        History history = local.history();
        long uncommitted = history.prepared() - history.committed();
        Primary primary = new Primary(local, wanted, history.prepared() + 1);
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Report());
        effects.add(history.append(
                List.of(new Mutation(history.prepared() + 1, wanted.ballot(), 0, new Change.Nothing()))));
        for (HostPort member : wanted.secondaries()) {
            primary.peers.put(member, Peer.member(member, history.committed() + 1));
        }
        effects.addAll(primary.goOn(nowMs));
        return new Step(
                primary, effects, "ballot " + wanted.ballot() + ", takes over " + uncommitted + " prepared mutations");
    }

    /** The last with the data; some of it cannot be read. */
    static Step takeOverDamaged(Local local, Configuration wanted, String damage, long nowMs) {
        Step step = takeOver(local, wanted, nowMs);
        if (step.next() instanceof Primary primary) {
            primary.damage = damage;
        }
        return step;
    }

    @Override
    public RoleName name() {
        return RoleName.PRIMARY;
    }

    @Override
    public Configuration configuration() {
        return configuration;
    }

    @Override
    public Status status() {
        List<LearnerStatus> learners = new ArrayList<>();
        List<HostPort> unreachable = new ArrayList<>();
        for (HostPort node : configuration.learners()) {
            Peer peer = peers.get(node);
            learners.add(
                    peer == null || peer.isMember()
                            ? new LearnerStatus(node, 0, false, 0, "has not asked for prepares yet")
                            : new LearnerStatus(
                                    node, peer.signature(), peer.isCaughtUp(), peer.acked(), "takes prepares"));
        }
        for (Peer peer : peers.values()) {
            if (peer.isCounted() && peer.isUnreachable()) {
                unreachable.add(peer.node());
            }
        }
        String message = damage.isEmpty() ? "" : "is damaged, and the last with the data: " + damage;
        return new Status(
                RoleName.PRIMARY, serves(), learners, unreachable, message, handedOver ? configuration.sequence() : 0);
    }

    @Override
    public Step onDirective(Configuration wanted, long nowMs) {
        if (!Succession.isNews(configuration, wanted)) {
            return Step.stay(this);
        }
        if (!local.self().equals(wanted.primary())) {
            return Succession.of(local, wanted, false, nowMs).after(refuseAll());
        }
        if (configuration.ballot().next().isOlderThan(wanted.ballot())) {
            // Another may have been primary in between: what peers are known to have is void.
            return takeOver(local, wanted, nowMs).after(refuseAll());
        }
        boolean told = !wanted.ballot().equals(configuration.ballot());
        List<Effect> effects = new ArrayList<>();
        String handOver = "";
        if (wanted.handOver()) {
            handedOver = false;
            handOver = "to hand over";
            effects.addAll(refuseWaiting());
        } else if (configuration.handOver()) {
            handedOver = false;
            handOver = "to serve on";
            if (serving) {
                effects.add(new Effect.Serve());
            }
        }
        configuration = wanted;
        for (HostPort member : wanted.secondaries()) {
            Peer known = peers.get(member);
            if (known == null) {
                peers.put(member, Peer.member(member, local.history().committed() + 1));
            } else if (!known.isMember()) {
                peers.put(member, known.promoted());
            }
        }
        peers.values()
                .removeIf(peer -> peer.isMember()
                        ? !wanted.secondaries().contains(peer.node())
                        : !wanted.isLearner(peer.node(), peer.signature()));
        effects.add(new Effect.Report());
        effects.addAll(goOn(nowMs));
        return new Step(
                this,
                effects,
                told
                        ? "ballot " + wanted.ballot() + ", secondaries " + wanted.secondaries() + ", learners "
                                + wanted.learners()
                        : handOver);
    }

    @Override
    public Step onWrite(Write write, long nowMs, long timestampUs) {
        ErrorCode refusal = refusal();
        if (refusal == ErrorCode.ERR_OK && waiting.size() >= local.limits().writesWaitingMax()) {
            refusal = ErrorCode.ERR_CAPACITY_EXCEEDED;
        }
        if (refusal != ErrorCode.ERR_OK) {
            return Step.stay(this, new Effect.Refuse(write.token(), refusal));
        }
        waiting.addLast(new Waiting(write.token(), write, null));
        lastTimestampUs = Math.max(lastTimestampUs, timestampUs);
        return new Step(this, goOn(nowMs), "");
    }

    private long lastTimestampUs;

    @Override
    public Step onPublish(long token, Publish publish, long nowMs, long timestampUs) {
        ErrorCode refusal = refusal();
        if (refusal != ErrorCode.ERR_OK) {
            return Step.stay(this, new Effect.Refuse(token, refusal));
        }
        lastTimestampUs = Math.max(lastTimestampUs, timestampUs);
        // Writes that came before it stand before it in the log.
        waiting.addLast(new Waiting(token, null, publish));
        return new Step(this, goOn(nowMs), "");
    }

    @Override
    public Step onEvaluated(List<Write> writes, long nowMs) {
        if (evaluating.isEmpty() || evaluating.get(0).token() != writes.get(0).token()) {
            return Step.stay(this);
        }
        evaluating = List.of();
        List<Effect> effects = new ArrayList<>();
        effects.add(propose(writes));
        effects.addAll(goOn(nowMs));
        return new Step(this, effects, "");
    }

    @Override
    public Step onPrepare(long token, Prepare prepare, long nowMs) {
        Ballot known = configuration.ballot();
        if (!known.isOlderThan(prepare.ballot()) || prepare.toLearner()) {
            return Step.stay(this, new Effect.Answer(token, Inactive.refusal(prepare, known, local.history())));
        }
        // Only the leader makes ballots: another primary under a newer one means that this one is deposed, as a member.
        Configuration heard = new Configuration(
                prepare.ballot(), prepare.primary(), List.of(local.self()), List.of(), configuration.minReplicaCount());
        Secondary secondary = new Secondary(local, heard, new Following(local));
        List<Effect> effects = refuseAll();
        effects.add(new Effect.Report());
        return new Step(secondary, List.of(), "prepare under ballot " + prepare.ballot() + " from " + prepare.primary())
                .then(secondary.onPrepare(token, prepare, nowMs))
                .after(effects);
    }

    @Override
    public Step onPrepareAnswer(HostPort from, PrepareAnswer answer, long nowMs) {
        Peer peer = peers.get(from);
        if (peer == null) {
            return Step.stay(this);
        }
        boolean wasUnreachable = peer.isUnreachable();
        List<Effect> effects = new ArrayList<>();
        if (!peer.onAnswer(answer, nowMs)) {
            peers.remove(from);
            effects.add(new Effect.Report());
        } else if (wasUnreachable && !peer.isUnreachable()) {
            effects.add(new Effect.Report());
        }
        effects.addAll(goOn(nowMs));
        Step step = new Step(this, effects, "");
        return damage.isEmpty() || !hasHeir() ? step : step.then(giveWay("another has the data now: " + damage));
    }

    @Override
    public Step onLogRead(HostPort to, long fromDecree, List<Mutation> mutations, long nowMs) {
        Peer peer = peers.get(to);
        if (peer == null) {
            return Step.stay(this);
        }
        List<Effect> effects = new ArrayList<>(peer.onLogRead(this, fromDecree, mutations, nowMs));
        if (peer.isUnreachable()) {
            effects.add(new Effect.Report());
        }
        effects.addAll(goOn(nowMs));
        return new Step(this, effects, "");
    }

    @Override
    public Step onLogWritten(long sequence, long nowMs) {
        local.history().onWritten(sequence);
        return new Step(this, goOn(nowMs), "");
    }

    @Override
    public Step onLearnAsked(long token, LearnAsk ask, long nowMs) {
        long committed = local.history().committed();
        boolean refused = !serving
                || !ask.ballot().equals(configuration.ballot())
                || !configuration.isLearner(ask.learner(), ask.signature());
        if (refused) {
            return Step.stay(this, new Effect.Teach(token, ask, Effect.Lesson.REFUSE));
        }
        // A learner that asks anew has left what it was taught before; one that counted does so on.
        Peer earlier = peers.get(ask.learner());
        if (earlier != null && earlier.isCounted()) {
            earlier.onAskedAnew();
        } else {
            peers.remove(ask.learner());
        }
        List<Effect> effects = new ArrayList<>();
        if (ask.needsCheckpoint() || ask.lastCommitted() > committed) {
            effects.add(new Effect.Teach(token, ask, Effect.Lesson.CHECKPOINT));
        } else if (ask.lastCommitted() + 1 >= local.history().firstInMemory() && !publishesBehind(ask)) {
            peers.put(ask.learner(), Peer.learner(ask, ask.lastCommitted() + 1, earlier));
            effects.add(new Effect.Teach(token, ask, Effect.Lesson.PREPARES));
        } else {
            effects.add(new Effect.Teach(token, ask, Effect.Lesson.LOG));
        }
        effects.addAll(goOn(nowMs));
        return new Step(this, effects, "");
    }

    @Override
    public Step onTaught(LearnAsk ask, long lastDecree, boolean all, long nowMs) {
        if (!all || !configuration.isLearner(ask.learner(), ask.signature())) {
            return Step.stay(this);
        }
        peers.put(ask.learner(), Peer.learner(ask, lastDecree + 1, peers.get(ask.learner())));
        return new Step(this, goOn(nowMs), "");
    }

    @Override
    public Step onFailure(String message, long nowMs) {
        return damage.isEmpty()
                ? Failed.because(local, configuration, message).after(refuseAll())
                : giveWay(damage + "; " + message);
    }

    /** What can still be read is all that there is: it stays until another member is seen to have the data. */
    @Override
    public Step onDamage(String message, long nowMs) {
        damage = message;
        return hasHeir() ? giveWay(message) : Step.stay(this, new Effect.Report());
    }

    private Step giveWay(String message) {
        return Failed.damaged(local, configuration, message).after(refuseAll());
    }

    private boolean hasHeir() {
        return peers.values().stream()
                .anyMatch(peer ->
                        peer.isInRole() && peer.acked() >= local.history().committed());
    }

    @Override
    public Step onTick(long nowMs) {
        List<Effect> effects = new ArrayList<>();
        for (Peer peer : peers.values()) {
            if (peer.checkReachable(this, nowMs)) {
                effects.add(new Effect.Report());
            }
        }
        effects.addAll(goOn(nowMs));
        return new Step(this, effects, "");
    }

    /** Proposes what waits, commits what all have, sends what is due: every event ends here. */
    private List<Effect> goOn(long nowMs) {
        List<Effect> effects = new ArrayList<>();
        commit(effects, nowMs);
        proposeWhatWaits(effects);
        History history = local.history();
        if (commitPointAtMs >= 0 && nowMs >= commitPointAtMs) {
            commitPointWanted = true;
        }
        boolean allKnow = true;
        for (Peer peer : peers.values()) {
            effects.addAll(peer.send(this, nowMs));
            allKnow &= peer.knowsCommitted(history.committed());
            long retryInMs = peer.retryInMs(nowMs);
            if (retryInMs > 0) {
                effects.add(new Effect.Wake(retryInMs));
            }
        }
        if (!handedOver
                && configuration.handOver()
                && serving
                && waiting.isEmpty()
                && history.prepared() == history.committed()) {
            handedOver = true;
            effects.add(new Effect.Report());
        }
        if (allKnow) {
            commitPointWanted = false;
            commitPointAtMs = -1;
        }
        return effects;
    }

    private void commit(List<Effect> effects, long nowMs) {
        History history = local.history();
        long everybodyHas = history.written();
        for (Peer peer : peers.values()) {
            if (peer.isCounted()) {
                everybodyHas = Math.min(everybodyHas, peer.acked());
            }
        }
        for (Mutation mutation : history.commitTo(Math.max(history.committed(), everybodyHas))) {
            List<Long> answered = tokens.remove(mutation.decree());
            effects.add(new Effect.Commit(mutation, answered == null ? List.of() : answered));
            commitPointWanted |= mutation.change() instanceof Publish || mutation.decree() == firstOfBallot;
            if (commitPointAtMs < 0) {
                commitPointAtMs = nowMs + COMMIT_POINT_DELAY_MS;
                if (!peers.isEmpty()) {
                    effects.add(new Effect.Wake(COMMIT_POINT_DELAY_MS));
                }
            }
        }
        if (!serving && history.committed() >= firstOfBallot) {
            serving = true;
            effects.add(new Effect.Serve());
            effects.add(new Effect.Report());
        }
        for (Peer peer : peers.values()) {
            if (peer.countIfCaughtUp(history.committed())) {
                effects.add(new Effect.Report());
            }
        }
    }

    private boolean serves() {
        return serving && !configuration.handOver();
    }

    private ErrorCode refusal() {
        if (!serves()) {
            return ErrorCode.ERR_INVALID_STATE;
        }
        return configuration.memberCount() < configuration.minReplicaCount()
                ? ErrorCode.ERR_NOT_ENOUGH_MEMBER
                : ErrorCode.ERR_OK;
    }

    private void proposeWhatWaits(List<Effect> effects) {
        History history = local.history();
        while (!waiting.isEmpty()
                && evaluating.isEmpty()
                && history.prepared() - history.committed() < local.limits().roundsOutstandingMax()) {
            Waiting first = waiting.getFirst();
            if (first.publish() != null) {
                waiting.removeFirst();
                effects.add(propose(first.publish(), List.of(first.token())));
            } else if (first.isEvaluated()) {
                effects.add(propose(takeRound(false)));
            } else if (history.prepared() == history.committed()) {
                evaluating = takeRound(true);
                effects.add(new Effect.Evaluate(evaluating));
            } else {
                return;
            }
        }
    }

    /** The writes that one mutation gathers: those up to the next atomic operation, or with them. */
    private List<Write> takeRound(boolean withAtomic) {
        List<Write> round = new ArrayList<>();
        long bytes = 0;
        while (!waiting.isEmpty()) {
            Waiting next = waiting.getFirst();
            Write write = next.write();
            if (write == null
                    || !(withAtomic || next.isEvaluated())
                    || (!round.isEmpty()
                            && bytes + write.bytes() > local.limits().roundBytesMax())
                    || (withAtomic && round.size() >= EVALUATED_MAX)) {
                break;
            }
            waiting.removeFirst();
            bytes += write.bytes();
            round.add(write);
        }
        return round;
    }

    private Effect propose(List<Write> round) {
        List<RowChange> rows = new ArrayList<>();
        List<Long> writers = new ArrayList<>();
        for (Write write : round) {
            rows.addAll(Objects.requireNonNull(write.rows(), "a round is evaluated before it is proposed"));
            writers.add(write.token());
        }
        return propose(new Change.Rows(rows), writers);
    }

    private Effect propose(Change change, List<Long> writers) {
        long decree = local.history().prepared() + 1;
        tokens.put(decree, writers);
        return local.history().append(List.of(new Mutation(decree, configuration.ballot(), lastTimestampUs, change)));
    }

    private List<Effect> refuseAll() {
        List<Effect> effects = new ArrayList<>();
        for (List<Long> proposed : tokens.values()) {
            // Whether these take effect is for the next primary to say.
            proposed.forEach(token -> effects.add(new Effect.Refuse(token, ErrorCode.ERR_INVALID_STATE)));
        }
        tokens.clear();
        effects.addAll(refuseWaiting());
        return effects;
    }

    /** What is not proposed yet has no effect, also if it is being evaluated. */
    private List<Effect> refuseWaiting() {
        List<Effect> effects = new ArrayList<>();
        evaluating.forEach(write -> effects.add(new Effect.Refuse(write.token(), ErrorCode.ERR_INVALID_STATE)));
        waiting.forEach(each -> effects.add(new Effect.Refuse(each.token(), ErrorCode.ERR_INVALID_STATE)));
        evaluating = List.of();
        waiting.clear();
        return effects;
    }

    private boolean publishesBehind(LearnAsk ask) {
        for (long decree = ask.lastCommitted() + 1; decree <= local.history().prepared(); decree++) {
            Mutation mutation = local.history().find(decree);
            if (mutation != null
                    && mutation.change() instanceof Publish publish
                    && publish.loadId() != ask.stagedLoadId()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public HostPort self() {
        return local.self();
    }

    @Override
    public History history() {
        return local.history();
    }

    @Override
    public Limits limits() {
        return local.limits();
    }

    @Override
    public long firstOfBallot() {
        return firstOfBallot;
    }

    @Override
    public long nextMessageId() {
        return local.history().nextMessageId();
    }

    @Override
    public boolean wantsCommitPoint() {
        return commitPointWanted;
    }

    /** A client's write or a load's publish, to be proposed in its turn: exactly one of the two is there. */
    private record Waiting(
            long token, @Nullable Write write, @Nullable Publish publish) {
        boolean isEvaluated() {
            return write != null && write.isEvaluated();
        }
    }
}
