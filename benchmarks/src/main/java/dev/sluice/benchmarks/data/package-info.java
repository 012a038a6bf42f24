/** Load on the data path: the same operations through the client and straight on the engine, in turns. */
@NullMarked
package dev.sluice.benchmarks.data;

import org.jspecify.annotations.NullMarked;
