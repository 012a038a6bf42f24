/** Files of a set that are too many are rewritten as few before an engine takes them. */
@NullMarked
package dev.sluice.bulkload.repack;

import org.jspecify.annotations.NullMarked;
