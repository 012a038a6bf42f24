/** Puts a replica server together and takes it apart again. Nobody imports this package but who starts servers. */
@NullMarked
package dev.sluice.replica;

import org.jspecify.annotations.NullMarked;
