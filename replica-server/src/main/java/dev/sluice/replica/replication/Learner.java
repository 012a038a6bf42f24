package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Catches up and is not a member yet. It asks its primary, takes the log or a checkpoint, asks again, and follows the
 * prepares once the primary sends them. An empty disk and a missed hour differ only in what the primary answers.
 */
final class Learner implements Role {
    private static final long RETRY_MS = 300;
    private static final long SILENCE_MS = 2_000;

    private final Local local;
    private final Configuration configuration;
    private final Following following;
    private long learnId;
    private boolean needsCheckpoint;
    private boolean asking;
    private boolean followsPrepares;
    private long askAtMs;
    private long heardAtMs;
    private boolean askWhenWritten;
    private String message = "asks the primary";

    private Learner(Local local, Configuration configuration, Following following, boolean needsCheckpoint) {
        this.local = local;
        this.configuration = configuration;
        this.following = following;
        this.needsCheckpoint = needsCheckpoint;
    }

    static Step begin(Local local, Configuration wanted, boolean needsCheckpoint, long nowMs, String why) {
        // What this replica prepared and never committed may be other than what the group has: it learns that part
        // anew.
        Effect dropped = local.history().dropUncommitted();
        Learner learner = new Learner(local, wanted, new Following(local), needsCheckpoint);
        List<Effect> effects = new ArrayList<>();
        if (dropped != null) {
            effects.add(dropped);
        }
        effects.add(new Effect.Report());
        effects.add(learner.ask(nowMs));
        return new Step(learner, effects, why);
    }

    @Override
    public RoleName name() {
        return RoleName.LEARNER;
    }

    @Override
    public Configuration configuration() {
        return configuration;
    }

    @Override
    public Status status() {
        return Status.plain(RoleName.LEARNER, message);
    }

    @Override
    public Step onDirective(Configuration wanted, long nowMs) {
        if (!Succession.isNews(configuration, wanted)) {
            return Step.stay(this);
        }
        boolean samePrimary = Objects.equals(wanted.primary(), configuration.primary());
        boolean sameReign = samePrimary
                && (wanted.ballot().equals(configuration.ballot())
                        || wanted.ballot().equals(configuration.ballot().next()));
        boolean self = local.self().equals(wanted.primary());
        if (!self && sameReign && wanted.learners().contains(local.self())) {
            Learner next = new Learner(local, wanted, following, needsCheckpoint);
            next.learnId = learnId;
            next.asking = asking;
            next.followsPrepares = followsPrepares;
            next.askAtMs = askAtMs;
            next.heardAtMs = nowMs;
            next.askWhenWritten = askWhenWritten;
            next.message = message;
            boolean madeAnew = !Objects.equals(
                    wanted.signatures().get(local.self()),
                    configuration.signatures().get(local.self()));
            return madeAnew ? Step.stay(next, next.ask(nowMs)) : Step.stay(next);
        }
        if (!self && sameReign && followsPrepares && wanted.secondaries().contains(local.self())) {
            return new Step(
                    new Secondary(local, wanted, following),
                    List.of(new Effect.Report()),
                    "caught up at " + following.matched() + ", ballot " + wanted.ballot());
        }
        if ((self || wanted.secondaries().contains(local.self())) && needsCheckpoint) {
            // It was reported as caught up, and could not apply what it had since then.
            return Failed.because(local, wanted, "made a member, and needs a checkpoint")
                    .after(following.end(wanted.ballot()));
        }
        return Succession.of(local, wanted, needsCheckpoint, nowMs).after(following.end(wanted.ballot()));
    }

    @Override
    public Step onPrepare(long token, Prepare prepare, long nowMs) {
        Ballot known = configuration.ballot();
        boolean fromPrimary = prepare.primary().equals(configuration.primary());
        if (!prepare.toLearner()
                && followsPrepares
                && fromPrimary
                && prepare.ballot().equals(known.next())) {
            Configuration heard = new Configuration(
                    prepare.ballot(),
                    prepare.primary(),
                    List.of(local.self()),
                    List.of(),
                    configuration.minReplicaCount());
            List<Effect> effects = new ArrayList<>(following.take(token, prepare, prepare.ballot()));
            effects.add(new Effect.Report());
            return new Step(
                    new Secondary(local, heard, following),
                    effects,
                    "prepare to a member under ballot " + prepare.ballot());
        }
        boolean ours = prepare.toLearner()
                && fromPrimary
                && prepare.learnId() == learnId
                && !prepare.ballot().isOlderThan(known);
        if (!ours) {
            return Step.stay(this, new Effect.Answer(token, Inactive.refusal(prepare, known, local.history())));
        }
        heardAtMs = nowMs;
        if (!followsPrepares) {
            // The prepare was faster than the answer that announces it.
            return Step.stay(this, new Effect.Answer(token, following.answer(prepare.messageId(), Outcome.GAP, known)));
        }
        return new Step(this, following.take(token, prepare, prepare.ballot()), "");
    }

    @Override
    public boolean awaitsLesson(long askedId) {
        return asking && askedId == learnId;
    }

    @Override
    public Step onLearned(long answeredId, LearnAnswer answer, long nowMs) {
        if (answer instanceof LearnAnswer.Installed installed) {
            local.history().restartAt(installed.decree());
            following.forgetMatched();
            needsCheckpoint = false;
            message = "installed a checkpoint at " + installed.decree();
            return awaitsLesson(answeredId)
                    ? Step.stay(this, ask(nowMs), new Effect.Report())
                    : Step.stay(this, new Effect.Report());
        }
        if (!awaitsLesson(answeredId)) {
            return Step.stay(this);
        }
        asking = false;
        heardAtMs = nowMs;
        if (answer instanceof LearnAnswer.Failed failed) {
            message = failed.message();
            askAtMs = nowMs + RETRY_MS;
            return Step.stay(this, new Effect.Report());
        }
        LearnAnswer.Log log = (LearnAnswer.Log) answer;
        followsPrepares = log.firstPrepareDecree() > 0;
        message = "follows from " + local.history().committed();
        List<Mutation> mutations = log.mutations();
        if (mutations.isEmpty()) {
            if (followsPrepares) {
                return Step.stay(this, new Effect.Report());
            }
            askAtMs = nowMs + RETRY_MS;
            return Step.stay(this);
        }
        long last = mutations.get(mutations.size() - 1).decree();
        Prepare prepare = new Prepare(0, configuration.ballot(), local.self(), mutations, last, true, learnId, 0);
        askWhenWritten = !followsPrepares;
        // The same path as a prepare, whose answer nobody waits for.
        List<Effect> effects = new ArrayList<>();
        for (Effect effect : following.take(NO_TOKEN, prepare, configuration.ballot())) {
            if (!(effect instanceof Effect.Answer)) {
                effects.add(effect);
            } else if (askWhenWritten) {
                askWhenWritten = false;
                effects.add(ask(nowMs));
            }
        }
        return new Step(this, effects, "");
    }

    /** The token of prepares that came by learning. */
    private static final long NO_TOKEN = Long.MIN_VALUE;

    @Override
    public Step onLogWritten(long sequence, long nowMs) {
        List<Effect> effects = new ArrayList<>();
        for (Effect effect : following.onLogWritten(sequence)) {
            if (!(effect instanceof Effect.Answer done) || done.token() != NO_TOKEN) {
                effects.add(effect);
            }
        }
        if (askWhenWritten && local.history().isAllWritten()) {
            askWhenWritten = false;
            effects.add(ask(nowMs));
        }
        return new Step(this, effects, "");
    }

    /** A learner that cannot apply what it learned starts anew, from a checkpoint. */
    @Override
    public Step onFailure(String failure, long nowMs) {
        needsCheckpoint = true;
        followsPrepares = false;
        askWhenWritten = false;
        asking = false;
        message = failure;
        learnId = local.history().nextLearnId();
        askAtMs = nowMs + RETRY_MS;
        List<Effect> effects = following.end(configuration.ballot());
        effects.add(new Effect.Report());
        return new Step(this, effects, "starts anew from a checkpoint: " + failure);
    }

    @Override
    public Step onTick(long nowMs) {
        if (asking || askWhenWritten) {
            return Step.stay(this);
        }
        boolean due = followsPrepares ? nowMs - heardAtMs >= SILENCE_MS : nowMs >= askAtMs;
        return due ? Step.stay(this, ask(nowMs)) : Step.stay(this);
    }

    private Effect ask(long nowMs) {
        learnId = local.history().nextLearnId();
        // The primary may have been restarted under its ballot: what was taken from it before is no longer known to be
        // its.
        following.forgetMatched();
        asking = true;
        followsPrepares = false;
        heardAtMs = nowMs;
        HostPort primary = requirePrimary(configuration.primary());
        return new Effect.AskToLearn(
                new LearnAsk(
                        local.self(),
                        configuration.ballot(),
                        Objects.requireNonNull(
                                configuration.signatures().get(local.self()), "a learner has a signature"),
                        learnId,
                        local.history().committed(),
                        needsCheckpoint,
                        0),
                primary);
    }

    private static HostPort requirePrimary(@Nullable HostPort primary) {
        return Objects.requireNonNull(primary, "a learner has a primary");
    }
}
