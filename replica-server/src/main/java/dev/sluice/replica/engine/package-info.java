/**
 * The storage engine of one partition: rows, the decree that they stand at, and exactly-once ingest.
 *
 * <p>The seam is {@link dev.sluice.replica.engine.Engine}; RocksDB stands behind it in a server.
 */
@NullMarked
package dev.sluice.replica.engine;

import org.jspecify.annotations.NullMarked;
