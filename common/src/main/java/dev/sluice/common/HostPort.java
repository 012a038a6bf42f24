package dev.sluice.common;

import org.jspecify.annotations.Nullable;

/**
 * The address of a server, as it is printed and as the members of a configuration are named.
 *
 * @param host IPv4 address or name
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
    public HostPort {
        if (host.isEmpty() || port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "'" + host + ":" + port + "' is not an address: expected host:port with a port from 1 to 65535");
        }
    }

    /** Reads {@code host:port}. */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' is not an address: expected host:port");
        }
        try {
            return new HostPort(
                    text.substring(0, colon).trim(),
                    Integer.parseInt(text.substring(colon + 1).trim()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address: the port is not a number", e);
        }
    }

    @Override
    public int compareTo(HostPort other) {
        int byHost = host.compareTo(other.host);
        return byHost == 0 ? Integer.compare(port, other.port) : byHost;
    }

    // By hand, as the order is: addresses are the keys of most maps.

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof HostPort address && port == address.port && host.equals(address.host));
    }

    @Override
    public int hashCode() {
        return 31 * host.hashCode() + port;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
