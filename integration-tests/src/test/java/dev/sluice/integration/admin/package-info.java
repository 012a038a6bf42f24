/** What the servers of a whole cluster answer to administration calls and to HTTP. */
@NullMarked
package dev.sluice.integration.admin;

import org.jspecify.annotations.NullMarked;
