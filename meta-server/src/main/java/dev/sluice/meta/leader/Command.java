package dev.sluice.meta.leader;

import dev.sluice.meta.state.MetaState;

/**
 * Something that somebody wants of the meta leader.
 *
 * @param <R> what it is answered
 */
@FunctionalInterface
public interface Command<R> {
    /**
     * Decides on the state, on the leader's event loop, and changes nothing.
     *
     * @param wallMs now, since 1970, for the times that records carry
     */
    Decision<R> decide(MetaState state, long wallMs);
}
