/**
 * Time for tests: virtual, single-threaded, moved by hand.
 */
@NullMarked
package dev.sluice.common.time.testing;

import org.jspecify.annotations.NullMarked;
