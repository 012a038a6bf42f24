package dev.sluice.integration.conformance;

import java.util.Random;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.transport.TTransport;

/** Writes some fields under a number that no reader knows, so that they are lost to it, also where they are required. */
final class LossyProtocol extends TBinaryProtocol {
    private static final short UNKNOWN = 0x7ffe;

    private final Random random;

    LossyProtocol(TTransport out, Random random) {
        super(out);
        this.random = random;
    }

    @Override
    public void writeFieldBegin(TField field) throws TException {
        super.writeFieldBegin(random.nextInt(4) == 0 ? new TField(field.name, field.type, UNKNOWN) : field);
    }
}
