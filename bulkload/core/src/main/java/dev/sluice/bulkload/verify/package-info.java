/**
 * Finds out, before anything becomes visible, whether an engine would take the files of a partition and serve them.
 *
 * <p>After publish it is too late: a load only goes forward then. So all for which an engine refuses files, and all that
 * would make it serve wrong rows, is looked for here.
 */
@NullMarked
package dev.sluice.bulkload.verify;

import org.jspecify.annotations.NullMarked;
