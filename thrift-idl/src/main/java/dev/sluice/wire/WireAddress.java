package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

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
        if (port < 0 || port > 65535) {
            throw notAnAddress(ipv4, port);
        }
        // By hand: every address of every message comes through here.
        long packed = 0;
        int begin = 0;
        for (int i = 0; i < 4; i++) {
            int dot = ipv4.indexOf('.', begin);
            int end = dot < 0 ? ipv4.length() : dot;
            if (dot < 0 != (i == 3)) {
                throw notAnAddress(ipv4, port);
            }
            packed = packed << 8 | octet(ipv4, begin, end, port);
            begin = end + 1;
        }
        return new WireAddress(packed << 32 | (long) port << 16 | IPV4);
    }

    private static int octet(String ipv4, int begin, int end, int port) {
        int octet = 0;
        for (int i = begin; i < end; i++) {
            char digit = ipv4.charAt(i);
            octet = octet * 10 + (digit - '0');
            if (digit < '0' || digit > '9' || octet > 255) {
                throw notAnAddress(ipv4, port);
            }
        }
        if (begin == end) {
            throw notAnAddress(ipv4, port);
        }
        return octet;
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

    private static IllegalArgumentException notAnAddress(String host, int port) {
        return new IllegalArgumentException(
                "'" + host + ":" + port + "' is not an IPv4 address with port: expected a.b.c.d:port");
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
