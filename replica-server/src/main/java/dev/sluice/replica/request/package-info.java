/**
 * Answers clients: writes become rows that a primary replicates, reads run on a pool and are checked against the lease
 * after the value was read.
 */
@NullMarked
package dev.sluice.replica.request;

import org.jspecify.annotations.NullMarked;
