package dev.sluice.bulkload.load;

import java.util.List;

/** What an event leads to: the next state, and what to do, in this order. */
public record Step(ReplicaLoad next, List<Effect> effects) {
    public Step {
        effects = List.copyOf(effects);
    }

    static Step to(ReplicaLoad next, Effect... effects) {
        return new Step(next, List.of(effects));
    }
}
