package dev.sluice.wire;

import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** A partition of an app: the partition index in the high 32 bits, the app id in the low ones. */
public final class WireGpid extends BareType<WireGpid, Long> {
    public WireGpid() {
        this(0L);
    }

    public WireGpid(WireGpid other) {
        this(other.value());
    }

    private WireGpid(long packed) {
        super(packed);
    }

    public static WireGpid of(int appId, int partitionIndex) {
        return new WireGpid(((long) partitionIndex << 32) | (appId & 0xffffffffL));
    }

    public int appId() {
        return (int) (long) value();
    }

    public int partitionIndex() {
        return (int) (value() >>> 32);
    }

    @Override
    public String toString() {
        return appId() + "." + partitionIndex();
    }

    @Override
    public WireGpid deepCopy() {
        return new WireGpid(this);
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
