/**
 * Makes file sets out of rows.
 *
 * <p>The input may be many times larger than memory: rows are sorted in runs on the disk and merged. Memory, open files
 * and bad rows are bounded by options, and kept.
 */
@NullMarked
package dev.sluice.bulkload.build;

import org.jspecify.annotations.NullMarked;
