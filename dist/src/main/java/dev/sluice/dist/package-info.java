/** The programs that people start: the launcher's commands, and a whole cluster in one process. */
@NullMarked
package dev.sluice.dist;

import org.jspecify.annotations.NullMarked;
