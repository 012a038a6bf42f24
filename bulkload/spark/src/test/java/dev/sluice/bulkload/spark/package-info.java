@NullMarked
package dev.sluice.bulkload.spark;

import org.jspecify.annotations.NullMarked;
