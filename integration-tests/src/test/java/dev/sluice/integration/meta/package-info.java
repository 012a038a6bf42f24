/** The meta group and what it does with partitions, on whole clusters in this process. */
@NullMarked
package dev.sluice.integration.meta;

import org.jspecify.annotations.NullMarked;
