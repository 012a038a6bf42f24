package dev.sluice.replica.replication;

import java.util.List;

/**
 * Cannot go on, says why, and gives way to a learner. It becomes one itself when it is told to, from a checkpoint.
 *
 * @param damaged what it has committed is all there but for some rows that cannot be read: it goes on if nobody else has them
 */
record Failed(Local local, Configuration configuration, String message, boolean damaged) implements Role {
    static Step because(Local local, Configuration configuration, String message) {
        return new Step(new Failed(local, configuration, message, false), List.of(new Effect.Report()), message);
    }

    static Step damaged(Local local, Configuration configuration, String message) {
        return new Step(new Failed(local, configuration, message, true), List.of(new Effect.Report()), message);
    }

    @Override
    public RoleName name() {
        return RoleName.ERROR;
    }

    @Override
    public Status status() {
        return Status.plain(RoleName.ERROR, message);
    }

    @Override
    public Step onDirective(Configuration wanted, long nowMs) {
        if (!Succession.isNews(configuration, wanted)) {
            return Step.stay(this);
        }
        if (wanted.learners().contains(local.self())
                && wanted.primary() != null
                && !local.self().equals(wanted.primary())) {
            return Succession.of(local, wanted, true, nowMs);
        }
        if (damaged && isAlone(wanted)) {
            return Primary.takeOverDamaged(local, wanted, message, nowMs);
        }
        return Step.stay(new Failed(local, wanted, message, damaged), new Effect.Report());
    }

    @Override
    public Step onPrepare(long token, Prepare prepare, long nowMs) {
        return Step.stay(
                this, new Effect.Answer(token, Inactive.refusal(prepare, configuration.ballot(), local.history())));
    }

    @Override
    public Step onLogWritten(long sequence, long nowMs) {
        local.history().onWritten(sequence);
        return Step.stay(this);
    }

    @Override
    public Step onFailure(String another, long nowMs) {
        return Step.stay(this);
    }

    @Override
    public Step onDamage(String another, long nowMs) {
        if (damaged) {
            return Step.stay(this);
        }
        return isAlone(configuration)
                ? Primary.takeOverDamaged(local, configuration, another, nowMs)
                : damaged(local, configuration, another);
    }

    private boolean isAlone(Configuration wanted) {
        return local.self().equals(wanted.primary()) && wanted.secondaries().isEmpty();
    }
}
