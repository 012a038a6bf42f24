/**
 * Decides how many bytes per second a node may transfer, so that the reads of its clients stay as fast as without.
 *
 * <p>Nothing here does I/O, starts a thread or reads a clock: time and what was seen since the last look are arguments. Who
 * lets the bytes pass is {@link dev.sluice.bulkload.transfer.TransferThrottle}; who turns the crank lives with the replica
 * server.
 */
@NullMarked
package dev.sluice.bulkload.throttle;

import org.jspecify.annotations.NullMarked;
