package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;

/** Holds data and has no part in a group: not told yet, or no longer a member. */
record Inactive(Local local, Configuration configuration) implements Role {
    @Override
    public RoleName name() {
        return RoleName.INACTIVE;
    }

    @Override
    public Status status() {
        return Status.plain(RoleName.INACTIVE, "");
    }

    @Override
    public Step onDirective(Configuration wanted, long nowMs) {
        return Succession.isNews(configuration, wanted) ? Succession.of(local, wanted, false, nowMs) : Step.stay(this);
    }

    @Override
    public Step onPrepare(long token, Prepare prepare, long nowMs) {
        return Step.stay(this, new Effect.Answer(token, refusal(prepare, configuration.ballot(), local.history())));
    }

    @Override
    public Step onLogWritten(long sequence, long nowMs) {
        local.history().onWritten(sequence);
        return Step.stay(this);
    }

    @Override
    public Step onDamage(String message, long nowMs) {
        return Failed.damaged(local, configuration, message);
    }

    @Override
    public Step onFailure(String message, long nowMs) {
        return Failed.because(local, configuration, message);
    }

    static PrepareAnswer refusal(Prepare prepare, Ballot known, History history) {
        Outcome outcome = prepare.ballot().isOlderThan(known) ? Outcome.OLD_BALLOT : Outcome.NOT_IN_ROLE;
        return new PrepareAnswer(prepare.messageId(), outcome, known, history.committed(), history.committed());
    }
}
