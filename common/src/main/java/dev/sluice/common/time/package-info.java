/**
 * Time as something that is given: the clock and the event loop that owners of state run on.
 */
@NullMarked
package dev.sluice.common.time;

import org.jspecify.annotations.NullMarked;
