package dev.sluice.common;

import java.util.Comparator;

/**
 * The address of a server, as it is printed and as the members of a configuration are named.
 *
 * @param host IPv4 address or name
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
    private static final Comparator<HostPort> ORDER =
            Comparator.comparing(HostPort::host).thenComparingInt(HostPort::port);

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
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
