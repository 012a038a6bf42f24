/**
 * Options: declared once with type, default, range and one line of documentation, read from an INI file, and changed at
 * run time where they allow it.
 *
 * <p>An unknown or bad option stops the start with its name and what was expected. Text from the file is taken as it
 * stands: nothing in it is substituted.
 */
@NullMarked
package dev.sluice.common.config;

import org.jspecify.annotations.NullMarked;
