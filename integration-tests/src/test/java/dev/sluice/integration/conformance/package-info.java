/**
 * What clients of the protocol see, row by row: the tables in the resources hold one line for each documented case, and are
 * run against a real cluster over its sockets. Frames are put together here by hand, not by the code under test.
 */
@NullMarked
package dev.sluice.integration.conformance;

import org.jspecify.annotations.NullMarked;
