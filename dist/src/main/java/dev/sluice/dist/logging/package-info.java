/** Where a process writes its log. */
@NullMarked
package dev.sluice.dist.logging;

import org.jspecify.annotations.NullMarked;
