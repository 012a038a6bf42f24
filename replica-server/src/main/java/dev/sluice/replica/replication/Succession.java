package dev.sluice.replica.replication;

import java.util.ArrayList;
import java.util.List;

/** Which role follows from a configuration. */
final class Succession {
    private Succession() {}

    /**
     * The role that the wanted configuration gives this replica, when it has none that could go on.
     *
     * @param needsCheckpoint as a learner: its rows are of no use
     */
    static Step of(Local local, Configuration wanted, boolean needsCheckpoint, long nowMs) {
        String why = "ballot " + wanted.ballot() + ", primary " + wanted.primary();
        if (local.self().equals(wanted.primary())) {
            return Primary.takeOver(local, wanted, nowMs);
        }
        if (wanted.secondaries().contains(local.self())) {
            return new Step(new Secondary(local, wanted, new Following(local)), List.of(new Effect.Report()), why);
        }
        if (wanted.learners().contains(local.self()) && wanted.primary() != null) {
            return Learner.begin(local, wanted, needsCheckpoint, nowMs, why);
        }
        if (needsCheckpoint) {
            // Not inactive: that its rows are of no use must not be forgotten before it learns again.
            return Failed.because(local, wanted, "cannot apply what it learned, and needs a checkpoint");
        }
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Report());
        return new Step(new Inactive(local, wanted), effects, why + ": not of this partition");
    }

    /** True if a configuration says something newer than what is known, or something else under the same ballot. */
    static boolean isNews(Configuration known, Configuration wanted) {
        return known.ballot().isOlderThan(wanted.ballot())
                || (known.ballot().equals(wanted.ballot())
                        && known.sequence() <= wanted.sequence()
                        && !known.equals(wanted));
    }
}
