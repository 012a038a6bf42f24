/** What people see of apps and nodes: the same tables in the shell and over HTTP. Values only, without I/O. */
@NullMarked
package dev.sluice.common.view;

import org.jspecify.annotations.NullMarked;
