/** What benchmarks measure with: operations at a fixed rate, their latencies, processor time and memory of this process. */
@NullMarked
package dev.sluice.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
