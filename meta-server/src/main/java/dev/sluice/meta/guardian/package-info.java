/**
 * Decides who serves a partition: the first assignment, a new primary, who leaves, who learns, who joins.
 *
 * <p>Pure: state and what is known of the nodes go in, the next configurations come out. Nothing here does I/O, starts a
 * thread, reads a clock or draws a random number.
 */
@NullMarked
package dev.sluice.meta.guardian;

import org.jspecify.annotations.NullMarked;
