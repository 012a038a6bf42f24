/**
 * File sets as a data source of Spark, by the name {@code sluice}: a job writes the rows of a DataFrame as a set that can be
 * loaded, or reads the rows of a set.
 *
 * <p>What goes into a set and when it becomes visible is the same as with a set that is built on one machine. Nothing here
 * talks to a cluster of ours.
 */
@NullMarked
package dev.sluice.bulkload.spark;

import org.jspecify.annotations.NullMarked;
