/**
 * Long work that can be asked to stop.
 *
 * <p>Downloads, verification and building look at a {@link StopSignal} often enough that they end within a second. That of
 * loads runs on {@link LoadThreads}.
 */
@NullMarked
package dev.sluice.bulkload.work;

import org.jspecify.annotations.NullMarked;
