/**
 * Compaction that an operator asks for, by envs of an app: when one is due, how many run at once on a node, and how far a
 * replica is. What is rewritten is the engine's affair.
 */
@NullMarked
package dev.sluice.replica.compaction;

import org.jspecify.annotations.NullMarked;
