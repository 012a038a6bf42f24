/**
 * Decide, record, replay: how commands become records, and records the state.
 *
 * <p>One owner, on one event loop. What a command means is in the command; what a record means is in
 * {@link dev.sluice.meta.state}.
 */
@NullMarked
package dev.sluice.meta.leader;

import org.jspecify.annotations.NullMarked;
