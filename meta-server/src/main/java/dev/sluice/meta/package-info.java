/** The meta server: {@link dev.sluice.meta.MetaServer} puts its parts together. */
@NullMarked
package dev.sluice.meta;

import org.jspecify.annotations.NullMarked;
