/**
 * What this node's transfers may take, loads and learning together: the one owner of that budget.
 */
@NullMarked
package dev.sluice.replica.throttle;

import org.jspecify.annotations.NullMarked;
