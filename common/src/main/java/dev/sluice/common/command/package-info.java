/**
 * Remote commands: short texts in, text or JSON out, the same on every server, by RPC and later by HTTP.
 *
 * <p>Names and answers are those of Pegasus where it has the command, since its tools read them.
 */
@NullMarked
package dev.sluice.common.command;

import org.jspecify.annotations.NullMarked;
