/**
 * Drives the replicas of a node: performs the effects of {@link dev.sluice.replica.replication}, owns log, engine and
 * directory of each replica, and lets loads hook in.
 *
 * <p>The state of a replica belongs to one event loop. What waits for a disk runs on a pool and comes back as an event.
 */
@NullMarked
package dev.sluice.replica.replica;

import org.jspecify.annotations.NullMarked;
