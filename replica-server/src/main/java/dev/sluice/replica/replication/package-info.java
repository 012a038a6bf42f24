/**
 * Decides what a replica of a partition does: give decrees, prepare, commit, learn, give way.
 *
 * <p>Nothing here does I/O, starts a thread or reads a clock. An event goes into a {@link
 * dev.sluice.replica.replication.Role}; a {@link dev.sluice.replica.replication.Step} comes out: the next role, and the
 * effects that the driver performs in their order.
 */
@NullMarked
package dev.sluice.replica.replication;

import org.jspecify.annotations.NullMarked;
