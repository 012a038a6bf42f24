/**
 * What the meta group has agreed on: {@link dev.sluice.meta.state.MetaState}, and the records that change it.
 *
 * <p>Only replaying a record makes a new state. Nothing here does I/O, starts a thread, reads a clock or draws a random
 * number, so that every member that replays the same journal has the same state; a digest compares them.
 */
@NullMarked
package dev.sluice.meta.state;

import org.jspecify.annotations.NullMarked;
