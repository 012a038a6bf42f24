/**
 * The base types of the protocol. In messages they are tagged as structs, but written bare: without field headers and
 * without a stop byte. Generated code cannot do that, so these are written by hand; the messages around them are generated.
 */
@NullMarked
package dev.sluice.wire;

import org.jspecify.annotations.NullMarked;
