/**
 * Moves a checkpoint of the primary's engine to a learner: in chunks with checksums, resumed where it broke off, fsynced
 * before it counts.
 */
@NullMarked
package dev.sluice.replica.learn;

import org.jspecify.annotations.NullMarked;
