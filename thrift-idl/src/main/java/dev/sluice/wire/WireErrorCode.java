package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** An error code, by its name. */
public final class WireErrorCode extends BareType<WireErrorCode, String> {
    public WireErrorCode() {
        this("ERR_OK");
    }

    public WireErrorCode(WireErrorCode other) {
        this(other.value());
    }

    private WireErrorCode(String name) {
        super(name);
    }

    public static WireErrorCode of(String name) {
        return new WireErrorCode(name);
    }

    public String name() {
        return value();
    }

    @Override
    public WireErrorCode deepCopy() {
        return new WireErrorCode(this);
    }

    @Override
    String readValue(TProtocol protocol) throws TException {
        return protocol.readString();
    }

    @Override
    void writeValue(TProtocol protocol, String value) throws TException {
        protocol.writeString(value);
    }

    @Override
    String emptyValue() {
        return "ERR_OK";
    }
}
