package dev.sluice.wire;

import org.apache.thrift.protocol.TProtocol;

/** The result of a request that has none and is never answered. */
public final class WireNothing extends BareType<WireNothing, Boolean> {
    public WireNothing() {
        super(false);
    }

    @Override
    public WireNothing deepCopy() {
        return new WireNothing();
    }

    @Override
    Boolean readValue(TProtocol protocol) {
        return false;
    }

    @Override
    void writeValue(TProtocol protocol, Boolean value) {}

    @Override
    Boolean emptyValue() {
        return false;
    }
}
