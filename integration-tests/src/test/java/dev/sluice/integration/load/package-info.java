/** Loads on whole clusters in this process: the promises of behaviours.md, section B. */
@NullMarked
package dev.sluice.integration.load;

import org.jspecify.annotations.NullMarked;
