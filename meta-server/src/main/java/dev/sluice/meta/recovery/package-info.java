/**
 * Rebuilds the state of a meta group that was lost from what replica servers have on their disks.
 *
 * <p>{@link dev.sluice.meta.recovery.Rebuilding} decides, and is pure: what nodes said goes in, records come out. {@link
 * dev.sluice.meta.recovery.Survey} keeps what nodes say when they look for a leader.
 */
@NullMarked
package dev.sluice.meta.recovery;

import org.jspecify.annotations.NullMarked;
