package dev.sluice.common.rpc;

import dev.sluice.common.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request.
 *
 * @param remote the other end of the connection
 * @param server the server that said hello on this connection as a server of our cluster; null for a client
 * @param serverIncarnation that server's incarnation, 0 for a client
 */
public record Caller(HostPort remote, @Nullable HostPort server, long serverIncarnation) {}
