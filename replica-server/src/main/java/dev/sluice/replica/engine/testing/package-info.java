/**
 * A twin of the engine, on the file system that it is given.
 */
@NullMarked
package dev.sluice.replica.engine.testing;

import org.jspecify.annotations.NullMarked;
