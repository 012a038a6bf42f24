/**
 * Values that every part of Sluice speaks of: partitions, addresses, ballots, decrees, error codes.
 *
 * <p>Immutable, without I/O.
 */
@NullMarked
package dev.sluice.common;

import org.jspecify.annotations.NullMarked;
