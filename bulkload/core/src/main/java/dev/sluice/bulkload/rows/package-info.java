/** Stored rows that come one after the other, in the order of their keys. */
@NullMarked
package dev.sluice.bulkload.rows;

import org.jspecify.annotations.NullMarked;
