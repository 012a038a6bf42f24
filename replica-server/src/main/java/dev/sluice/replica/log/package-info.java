/**
 * The mutation log of one replica: segments of checksummed records, appended to in groups, cut at a torn tail.
 */
@NullMarked
package dev.sluice.replica.log;

import org.jspecify.annotations.NullMarked;
