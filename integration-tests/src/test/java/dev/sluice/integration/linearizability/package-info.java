/**
 * Judges histories of operations on single keys: could one copy of the data, one operation after the other, have given these
 * answers?
 */
@NullMarked
package dev.sluice.integration.linearizability;

import org.jspecify.annotations.NullMarked;
