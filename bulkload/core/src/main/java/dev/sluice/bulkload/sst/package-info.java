/**
 * Writes SST files that an engine of ours or of Pegasus ingests.
 */
@NullMarked
package dev.sluice.bulkload.sst;

import org.jspecify.annotations.NullMarked;
