package dev.sluice.replica.replication;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event leads to.
 *
 * @param next the role from here on
 * @param effects what to do, in this order
 * @param why of a change of role or ballot, for the log line; empty if there is none
 */
public record Step(Role next, List<Effect> effects, String why) {
    public Step {
        effects = List.copyOf(effects);
    }

    static Step stay(Role role, Effect... effects) {
        return new Step(role, List.of(effects), "");
    }

    /** This step, and another that went on from its role. */
    Step then(Step further) {
        return new Step(further.next(), further.effects(), further.why().isEmpty() ? why : why + "; " + further.why())
                .after(effects);
    }

    /** Puts effects in front of a step's own. */
    Step after(List<Effect> before) {
        List<Effect> all = new ArrayList<>(before);
        all.addAll(effects);
        return new Step(next, all, why);
    }

    Step after(@Nullable Effect before) {
        return before == null ? this : after(List.of(before));
    }
}
