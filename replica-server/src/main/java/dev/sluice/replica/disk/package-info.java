/**
 * The data directories of a node: which of them can be used, how full they are, and where a new replica goes.
 */
@NullMarked
package dev.sluice.replica.disk;

import org.jspecify.annotations.NullMarked;
