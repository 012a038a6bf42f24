/**
 * Files as something that is given, with a twin that forgets what was not fsynced.
 */
@NullMarked
package dev.sluice.common.file;

import org.jspecify.annotations.NullMarked;
