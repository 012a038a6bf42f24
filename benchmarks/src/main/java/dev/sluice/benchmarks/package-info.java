/** Side-by-side measurements: what is compared runs in one run, in turns, and medians are printed with their spread. */
@NullMarked
package dev.sluice.benchmarks;

import org.jspecify.annotations.NullMarked;
