/**
 * The {@code sluice fileset} commands: make a file set out of rows, check one, show one. They need no cluster.
 */
@NullMarked
package dev.sluice.shell.fileset;

import org.jspecify.annotations.NullMarked;
