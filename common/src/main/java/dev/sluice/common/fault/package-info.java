/**
 * Named places in a server's work at which it can be held or halted, so that a test or a drill can look, cancel or kill just there.
 *
 * <p>Knows no place of its own: whoever has a durable step declares its points beside it.
 */
@NullMarked
package dev.sluice.common.fault;

import org.jspecify.annotations.NullMarked;
