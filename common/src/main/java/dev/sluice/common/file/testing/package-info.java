/**
 * A twin of the file system: in memory, and it crashes on demand.
 */
@NullMarked
package dev.sluice.common.file.testing;

import org.jspecify.annotations.NullMarked;
