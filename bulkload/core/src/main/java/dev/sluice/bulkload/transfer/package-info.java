/**
 * Brings the files of a set onto this machine's disk: who may download, how fast, and the download itself.
 *
 * <p>A file has its final name only once its content was checked and is durable, so that whatever ends a process, the
 * names in a {@link StagingDirectory} say what need not be fetched again.
 */
@NullMarked
package dev.sluice.bulkload.transfer;

import org.jspecify.annotations.NullMarked;
