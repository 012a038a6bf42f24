package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** A text that is a whole argument or result by itself; unlike the other base types it is tagged as what it is. */
public final class WireString extends BareType<WireString, String> {
    public WireString() {
        this("");
    }

    public WireString(WireString other) {
        this(other.value());
    }

    private WireString(String text) {
        super(text);
    }

    public static WireString of(String text) {
        return new WireString(text);
    }

    public String text() {
        return value();
    }

    @Override
    public WireString deepCopy() {
        return new WireString(this);
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
