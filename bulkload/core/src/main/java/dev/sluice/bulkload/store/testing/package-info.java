/**
 * A store in memory that fails on request.
 */
@NullMarked
package dev.sluice.bulkload.store.testing;

import org.jspecify.annotations.NullMarked;
