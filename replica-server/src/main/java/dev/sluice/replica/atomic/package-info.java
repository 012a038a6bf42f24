/**
 * Operations whose result depends on the rows that are there: incr, check_and_set, check_and_mutate. They are evaluated once,
 * by the primary; what is replicated are the rows that come out. Nothing here does I/O or reads a clock.
 */
@NullMarked
package dev.sluice.replica.atomic;

import org.jspecify.annotations.NullMarked;
