package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** A task code, by its name. */
public final class WireTaskCode extends BareType<WireTaskCode, String> {
    public WireTaskCode() {
        this("");
    }

    public WireTaskCode(WireTaskCode other) {
        this(other.value());
    }

    private WireTaskCode(String name) {
        super(name);
    }

    public static WireTaskCode of(String name) {
        return new WireTaskCode(name);
    }

    public String name() {
        return value();
    }

    @Override
    public WireTaskCode deepCopy() {
        return new WireTaskCode(this);
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
        return "";
    }
}
