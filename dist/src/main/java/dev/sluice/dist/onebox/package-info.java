/** A whole cluster on one machine, in this process or as processes of its own. */
@NullMarked
package dev.sluice.dist.onebox;

import org.jspecify.annotations.NullMarked;
