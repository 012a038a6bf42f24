/**
 * The leader's side of loads: answers the four client requests, reads manifests, and turns what replicas report into
 * records.
 *
 * <p>What is decided is decided by {@link dev.sluice.bulkload.load.AppLoad} on the meta state; nothing is remembered here
 * but what replicas say of their progress. A new leader hears that again.
 */
@NullMarked
package dev.sluice.meta.load;

import org.jspecify.annotations.NullMarked;
