/**
 * Large loads beside the limit of the machine and beside writing the same rows through the client, while others read and
 * write at a fixed rate.
 */
@NullMarked
package dev.sluice.benchmarks.load;

import org.jspecify.annotations.NullMarked;
