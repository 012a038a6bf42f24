/**
 * Decides what happens in a bulk load: for the whole app at the meta leader, for one replica, and for a group at its
 * primary.
 *
 * <p>Nothing here does I/O, starts a thread or reads a clock. At the leader a command, or what the replicas report, goes
 * into an {@link dev.sluice.bulkload.load.AppLoad}; {@link dev.sluice.bulkload.load.LoadChange}s to be journaled come out,
 * and only replaying them changes it. At a replica an event goes into a {@link dev.sluice.bulkload.load.ReplicaLoad}; a
 * {@link dev.sluice.bulkload.load.Step} comes out. The drivers that perform the effects live with the servers.
 */
@NullMarked
package dev.sluice.bulkload.load;

import org.jspecify.annotations.NullMarked;
