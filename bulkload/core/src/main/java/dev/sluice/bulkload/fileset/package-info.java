/**
 * What a file set is: its description, its manifests, the names and paths of its files.
 *
 * <p>A file set holds the data of one app, one directory per partition with SST files and a manifest. The layout and the
 * JSON are those of Pegasus. Everything that is read here comes from outside and is checked; nothing here does I/O.
 */
@NullMarked
package dev.sluice.bulkload.fileset;

import org.jspecify.annotations.NullMarked;
