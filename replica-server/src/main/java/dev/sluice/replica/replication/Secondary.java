package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A member that takes what the primary prepares. */
record Secondary(Local local, Configuration configuration, Following following) implements Role {
    @Override
    public RoleName name() {
        return RoleName.SECONDARY;
    }

    @Override
    public Status status() {
        return Status.plain(RoleName.SECONDARY, "");
    }

    @Override
    public Step onDirective(Configuration wanted, long nowMs) {
        if (!Succession.isNews(configuration, wanted)) {
            return Step.stay(this);
        }
        HostPort self = local.self();
        boolean staysSecondary = wanted.secondaries().contains(self) && !self.equals(wanted.primary());
        if (staysSecondary) {
            List<Effect> ended = moveTo(wanted.ballot(), wanted.primary());
            boolean told = !wanted.ballot().equals(configuration.ballot());
            ended.add(new Effect.Report());
            return new Step(
                    new Secondary(local, wanted, following),
                    ended,
                    told ? "ballot " + wanted.ballot() + ", primary " + wanted.primary() : "");
        }
        return Succession.of(local, wanted, false, nowMs).after(following.end(wanted.ballot()));
    }

    @Override
    public Step onPrepare(long token, Prepare prepare, long nowMs) {
        Ballot known = configuration.ballot();
        boolean otherPrimary =
                prepare.ballot().equals(known) && !prepare.primary().equals(configuration.primary());
        if (prepare.ballot().isOlderThan(known) || prepare.toLearner() || otherPrimary) {
            return Step.stay(this, new Effect.Answer(token, Inactive.refusal(prepare, known, local.history())));
        }
        if (prepare.ballot().equals(known)) {
            return new Step(this, following.take(token, prepare, known), "");
        }
        // The primary heard of the new configuration first: that this replica is a member of it is what it says.
        List<Effect> effects = moveTo(prepare.ballot(), prepare.primary());
        Configuration heard = new Configuration(
                prepare.ballot(), prepare.primary(), List.of(local.self()), List.of(), configuration.minReplicaCount());
        effects.addAll(following.take(token, prepare, prepare.ballot()));
        effects.add(new Effect.Report());
        return new Step(
                new Secondary(local, heard, following),
                effects,
                "prepare under ballot " + prepare.ballot() + " from " + prepare.primary());
    }

    @Override
    public Step onLogWritten(long sequence, long nowMs) {
        return new Step(this, following.onLogWritten(sequence), "");
    }

    @Override
    public Step onDamage(String message, long nowMs) {
        return Failed.damaged(local, configuration, message).after(following.end(configuration.ballot()));
    }

    @Override
    public Step onFailure(String message, long nowMs) {
        return Failed.because(local, configuration, message).after(following.end(configuration.ballot()));
    }

    /** The next ballot with the same primary leaves no room for another primary in between; any other step does. */
    private List<Effect> moveTo(Ballot ballot, @Nullable HostPort primary) {
        boolean sameReign = Objects.equals(primary, configuration.primary())
                && (ballot.equals(configuration.ballot())
                        || ballot.equals(configuration.ballot().next()));
        if (sameReign) {
            return new ArrayList<>();
        }
        List<Effect> ended = following.end(ballot);
        following.forgetMatched();
        return ended;
    }
}
