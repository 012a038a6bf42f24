/** The journal without disk and network, as unkind as the real one. */
@NullMarked
package dev.sluice.meta.journal.testing;

import org.jspecify.annotations.NullMarked;
