package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** A host by name with port: string, i16, i8 (0 = none, 1 = set), one behind the other. Accepted, never sent. */
public final class WireHostPort extends BareType<WireHostPort, String> {
    public WireHostPort() {
        this("");
    }

    public WireHostPort(WireHostPort other) {
        this(other.value());
    }

    private WireHostPort(String hostAndPort) {
        super(hostAndPort);
    }

    /** {@code host:port}, empty for none. */
    public String hostAndPort() {
        return value();
    }

    @Override
    public WireHostPort deepCopy() {
        return new WireHostPort(this);
    }

    @Override
    String readValue(TProtocol protocol) throws TException {
        String host = protocol.readString();
        int port = protocol.readI16() & 0xffff;
        return protocol.readByte() == 0 ? "" : host + ":" + port;
    }

    @Override
    void writeValue(TProtocol protocol, String value) throws TException {
        int colon = value.lastIndexOf(':');
        protocol.writeString(colon < 0 ? "" : value.substring(0, colon));
        protocol.writeI16(colon < 0 ? 0 : (short) Integer.parseInt(value.substring(colon + 1)));
        protocol.writeByte((byte) (colon < 0 ? 0 : 1));
    }

    @Override
    String emptyValue() {
        return "";
    }
}
