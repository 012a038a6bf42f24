/**
 * How keys and values look on the wire, in an engine and in an SST file, and which partition a key belongs to.
 */
@NullMarked
package dev.sluice.common.data;

import org.jspecify.annotations.NullMarked;
