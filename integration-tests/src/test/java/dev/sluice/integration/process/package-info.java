/** What only real processes show: kill -9, restarts, signals. */
@NullMarked
package dev.sluice.integration.process;

import org.jspecify.annotations.NullMarked;
