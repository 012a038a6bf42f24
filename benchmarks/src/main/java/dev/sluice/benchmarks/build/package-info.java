/** Building file sets out of CSV, each way in a process of its own, beside sorting and writing the same rows plainly. */
@NullMarked
package dev.sluice.benchmarks.build;

import org.jspecify.annotations.NullMarked;
