/**
 * Decides which replicas move so that every node carries the same.
 *
 * <p>Pure: state, what is known of the nodes and what is under way go in, {@linkplain dev.sluice.meta.guardian.Move moves} come
 * out; the guardian carries them out. Nothing here does I/O, starts a thread, reads a clock or draws a random number.
 */
@NullMarked
package dev.sluice.meta.balancer;

import org.jspecify.annotations.NullMarked;
