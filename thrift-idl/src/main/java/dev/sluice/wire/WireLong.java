package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** A number that is a whole argument by itself; unlike the other base types it is tagged as what it is. */
public final class WireLong extends BareType<WireLong, Long> {
    public WireLong() {
        this(0L);
    }

    public WireLong(WireLong other) {
        this(other.value());
    }

    private WireLong(long number) {
        super(number);
    }

    public static WireLong of(long number) {
        return new WireLong(number);
    }

    public long number() {
        return value();
    }

    @Override
    public WireLong deepCopy() {
        return new WireLong(this);
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
