/**
 * The Java client: rows of a table, and administration of a cluster.
 *
 * <p>Requests find the primary of a key's partition by the configuration that the meta leader gives, and follow it when
 * it moves, until a deadline. Everything is asynchronous, {@link dev.sluice.client.AdminClient} waits
 * for it; failures are a {@link dev.sluice.client.ClientException} that names table, key, server and error.
 */
@NullMarked
package dev.sluice.client;

import org.jspecify.annotations.NullMarked;
