package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;
import org.jspecify.annotations.Nullable;

/** An IPv4 address with port: address in the high 32 bits, then the port in 16, then 1; 0 for no address. */
public final class WireAddress extends BareType<WireAddress, Long> {
    private static final long IPV4 = 1;
    private static final long KIND_MASK = 3;

    public WireAddress() {
        this(0L);
    }

    public WireAddress(WireAddress other) {
        this(other.value());
    }

    private WireAddress(long packed) {
        super(packed);
    }

    /** Packs an address. Throws {@link IllegalArgumentException} if the host is not IPv4 in dotted form. */
    public static WireAddress of(String ipv4, int port) {
        String[] parts = ipv4.split("\\.", -1);
        if (parts.length != 4 || port < 0 || port > 65535) {
            throw notAnAddress(ipv4, port, null);
        }
        long packed = 0;
        for (String part : parts) {
            int octet;
            try {
                octet = Integer.parseInt(part);
            } catch (NumberFormatException e) {
                throw notAnAddress(ipv4, port, e);
            }
            if (octet < 0 || octet > 255) {
                throw notAnAddress(ipv4, port, null);
            }
            packed = packed << 8 | octet;
        }
        return new WireAddress(packed << 32 | (long) port << 16 | IPV4);
    }

    /** False for no address, and for kinds of address that no client sends. */
    public boolean isSet() {
        return (value() & KIND_MASK) == IPV4;
    }

    /** The host in dotted form. */
    public String host() {
        long ip = value() >>> 32;
        return (ip >>> 24) + "." + (ip >>> 16 & 0xff) + "." + (ip >>> 8 & 0xff) + "." + (ip & 0xff);
    }

    public int port() {
        return (int) (value() >>> 16 & 0xffff);
    }

    @Override
    public String toString() {
        return isSet() ? host() + ":" + port() : "none";
    }

    private static IllegalArgumentException notAnAddress(String host, int port, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "'" + host + ":" + port + "' is not an IPv4 address with port: expected a.b.c.d:port", cause);
    }

    @Override
    public WireAddress deepCopy() {
        return new WireAddress(this);
    }

    @Override
    Long readValue(TProtocol protocol) throws TException {
        return protocol.readI64();
    }

    @Override
    void writeValue(TProtocol protocol, Long value) throws TException {
        protocol.writeI64(value);
    }

    @Override
    Long emptyValue() {
        return 0L;
    }
}
