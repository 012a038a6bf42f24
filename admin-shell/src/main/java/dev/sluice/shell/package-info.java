/**
 * The shell: commands with the names, flags and words of the Pegasus shell, at a prompt or one at a time.
 *
 * <p>Commands only ask and print: what they know of the cluster comes through {@link dev.sluice.client.SluiceClient}.
 * Results go to the output, failures to the error output and into the exit code.
 */
@NullMarked
package dev.sluice.shell;

import org.jspecify.annotations.NullMarked;
