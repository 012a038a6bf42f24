/**
 * Drives the loads of a node's replicas: performs the effects that {@link dev.sluice.bulkload.load} decides.
 *
 * <p>The state of a replica's load belongs to the replica's event loop. What waits for a store or a disk runs on a small
 * pool and comes back as an event. Progress is what lies verified on the disk: nothing else is remembered over a restart.
 */
@NullMarked
package dev.sluice.replica.load;

import org.jspecify.annotations.NullMarked;
