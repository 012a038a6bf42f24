package dev.sluice.replica.replication;

import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A member or learner, as its primary sees it: what it has, what is under way, and whether it answers. */
final class Peer {
    private static final long RETRY_MS = 50;
    private static final long BEAT_MS = 500;
    /** A group in which nothing happens: the primary asks its members whether they see it as it does. */
    private static final long GROUP_CHECK_MS = 10_000;

    private final HostPort node;
    /** 0: a member. */
    private final long learnId;
    /** Under which a learner asked. */
    private final long signature;

    private final Map<Long, Long> inFlight = new LinkedHashMap<>();
    private long next;
    private long acked;
    private long commitSent = -1;
    private long commitAcked = -1;
    private long notBeforeMs;
    private long waitingSinceMs = -1;
    private long lastSentMs;
    private boolean readingLog;
    private boolean counted;
    private boolean answered;
    private boolean unreachable;
    private boolean withoutLog;
    private boolean learnsAnew;
    private int gapsInARow;

    private Peer(HostPort node, long learnId, long signature, long next, long acked, boolean counted) {
        this.node = node;
        this.learnId = learnId;
        this.signature = signature;
        this.next = next;
        this.acked = acked;
        this.counted = counted;
    }

    static Peer member(HostPort node, long next) {
        return new Peer(node, 0, 0, next, 0, true);
    }

    /**
     * What an earlier one that counted has acknowledged, the learner has still, and it counts on. Of what it is taught it has
     * nothing before it says so: the lesson is on its way, and the word of a learner that caught up may be faster.
     */
    static Peer learner(LearnAsk ask, long next, @Nullable Peer earlier) {
        boolean countsOn = earlier != null && earlier.counted;
        long has = ask.needsCheckpoint() ? 0 : Math.min(ask.lastCommitted(), next - 1);
        long acked = earlier != null && earlier.counted ? Math.max(earlier.acked, has) : has;
        return new Peer(ask.learner(), ask.learnId(), ask.signature(), next, acked, countsOn);
    }

    /** The same node, now a member: what it has stays known. */
    Peer promoted() {
        return new Peer(node, 0, 0, acked + 1, acked, true);
    }

    HostPort node() {
        return node;
    }

    boolean isMember() {
        return learnId == 0;
    }

    long signature() {
        return signature;
    }

    /** The learner asks anew, and takes no prepares until it is taught. */
    void onAskedAnew() {
        learnsAnew = true;
        inFlight.clear();
    }

    /** A member that answered as one, and does so still. */
    boolean isInRole() {
        return isMember() && answered && !isUnreachable();
    }

    long acked() {
        return acked;
    }

    /**
     * Nothing is committed without it: a member, or a learner that was reported as caught up. Such a learner may be made a
     * member at any time, so it counts until the leader says under another signature, or not at all, that it learns.
     */
    boolean isCounted() {
        return counted;
    }

    boolean isCaughtUp() {
        return counted && !learnsAnew && !isUnreachable();
    }

    boolean isUnreachable() {
        return unreachable || withoutLog;
    }

    /** A learner that has all that is committed counts from here on, so that it can become a member at any time. */
    boolean countIfCaughtUp(long committed) {
        if (counted || acked < committed) {
            return false;
        }
        counted = true;
        return true;
    }

    /** What to send now. */
    List<Effect> send(Sender sender, long nowMs) {
        List<Effect> effects = new ArrayList<>();
        History history = sender.history();
        while (!readingLog
                && !learnsAnew
                && nowMs >= notBeforeMs
                && inFlight.size() < sender.limits().preparesInFlightMax()) {
            if (next > history.prepared()) {
                if ((commitSent < history.committed() && sender.wantsCommitPoint())
                        || beatIsDue(history.committed(), nowMs)) {
                    effects.add(message(sender, List.of(), nowMs));
                }
                break;
            }
            if (next < history.firstInMemory()) {
                readingLog = true;
                effects.add(new Effect.ReadLog(node, next));
                break;
            }
            effects.add(message(sender, history.slice(next, sender.limits().prepareBytesMax()), nowMs));
        }
        return effects;
    }

    /** The log's answer to {@link Effect.ReadLog}. */
    List<Effect> onLogRead(Sender sender, long fromDecree, List<Mutation> mutations, long nowMs) {
        if (!readingLog || fromDecree != next) {
            return List.of();
        }
        readingLog = false;
        if (mutations.isEmpty() || mutations.get(0).decree() != fromDecree) {
            withoutLog = true;
            notBeforeMs = nowMs + sender.limits().prepareTimeoutMs();
            return List.of();
        }
        return List.of(message(sender, mutations, nowMs));
    }

    /** Returns false if the peer is to be let go: a learner that is none any more. */
    boolean onAnswer(PrepareAnswer answer, long nowMs) {
        if (inFlight.remove(answer.messageId()) == null) {
            return true;
        }
        if (answer.outcome() == Outcome.OK) {
            acked = Math.max(acked, answer.lastPrepared());
            commitAcked = Math.max(commitAcked, answer.lastCommitted());
            gapsInARow = 0;
            answered = true;
            unreachable = false;
            withoutLog = false;
            waitingSinceMs = nowMs;
            return true;
        }
        answered = false;
        inFlight.clear();
        commitSent = -1;
        if (answer.outcome() == Outcome.GAP) {
            boolean moved = answer.lastPrepared() + 1 != next;
            next = answer.lastPrepared() + 1;
            unreachable = false;
            waitingSinceMs = nowMs;
            if (gapsInARow++ > 0 || !moved) {
                notBeforeMs = nowMs + Math.min(RETRY_MS, 5L * gapsInARow);
            }
            return true;
        }
        next = acked + 1;
        notBeforeMs = nowMs + RETRY_MS;
        return counted || answer.outcome() != Outcome.NOT_IN_ROLE;
    }

    /** Notes who does not answer; true if that changed. */
    boolean checkReachable(Sender sender, long nowMs) {
        boolean owes = acked < sender.history().prepared() || !inFlight.isEmpty();
        if (!owes) {
            waitingSinceMs = -1;
            return false;
        }
        if (waitingSinceMs < 0) {
            waitingSinceMs = nowMs;
        }
        if (unreachable || nowMs - waitingSinceMs < sender.limits().prepareTimeoutMs()) {
            return false;
        }
        unreachable = true;
        return true;
    }

    /** When a message that waits out an error may go; negative if none does. */
    long retryInMs(long nowMs) {
        return notBeforeMs > nowMs ? notBeforeMs - nowMs : -1;
    }

    boolean knowsCommitted(long committed) {
        return commitSent >= committed;
    }

    /** Learners hear of the primary all the time; a member until it has applied all that is committed, and then rarely. */
    private boolean beatIsDue(long committed, long nowMs) {
        long beatMs = !isMember() || commitAcked < committed ? BEAT_MS : GROUP_CHECK_MS;
        return inFlight.isEmpty() && nowMs - lastSentMs >= beatMs;
    }

    private Effect message(Sender sender, List<Mutation> mutations, long nowMs) {
        History history = sender.history();
        Prepare prepare = new Prepare(
                sender.nextMessageId(),
                sender.configuration().ballot(),
                sender.self(),
                mutations,
                history.committed(),
                !isMember(),
                learnId,
                sender.firstOfBallot());
        if (!mutations.isEmpty()) {
            next = mutations.get(mutations.size() - 1).decree() + 1;
        }
        commitSent = history.committed();
        lastSentMs = nowMs;
        if (waitingSinceMs < 0) {
            waitingSinceMs = nowMs;
        }
        inFlight.put(prepare.messageId(), next - 1);
        return new Effect.Send(node, prepare);
    }

    /** The primary, as its peers need it. */
    interface Sender {
        HostPort self();

        History history();

        Limits limits();

        Configuration configuration();

        long firstOfBallot();

        long nextMessageId();

        /** The commit point is to go out now, also without mutations. */
        boolean wantsCommitPoint();
    }
}
