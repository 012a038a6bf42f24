/**
 * HTTP on the port of the RPCs: for people, browsers, scrapers and tools, not for data.
 *
 * <p>A connection that begins with {@code GET} or {@code POST} is handed here. Requests are small, few, and answered one after
 * another; whatever a connection sends harms that connection only. What is answered is a table of routes that a server fills
 * before it starts.
 */
@NullMarked
package dev.sluice.common.http;

import org.jspecify.annotations.NullMarked;
