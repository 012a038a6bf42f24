package dev.sluice.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** Bytes: keys, values, patterns. */
public final class Blob extends BareType<Blob, Blob.Bytes> {
    public Blob() {
        this(Bytes.EMPTY);
    }

    public Blob(Blob other) {
        this(other.value());
    }

    private Blob(Bytes bytes) {
        super(bytes);
    }

    /** Takes the bytes as they are, without a copy. */
    public static Blob of(byte[] bytes) {
        return new Blob(new Bytes(bytes));
    }

    /** The bytes themselves, not a copy. */
    public byte[] bytes() {
        return value().array;
    }

    @Override
    public Blob deepCopy() {
        return new Blob(this);
    }

    @Override
    Bytes readValue(TProtocol protocol) throws TException {
        ByteBuffer read = protocol.readBinary();
        if (read.hasArray() && read.remaining() == read.array().length) {
            return new Bytes(read.array()); // made for this value alone
        }
        byte[] array = new byte[read.remaining()];
        read.get(array);
        return new Bytes(array);
    }

    @Override
    void writeValue(TProtocol protocol, Bytes value) throws TException {
        protocol.writeBinary(ByteBuffer.wrap(value.array));
    }

    @Override
    Bytes emptyValue() {
        return Bytes.EMPTY;
    }

    /** An array with the equality and order of its content. */
    static final class Bytes implements Comparable<Bytes> {
        private static final Bytes EMPTY = new Bytes(new byte[0]);

        private final byte[] array;

        private Bytes(byte[] array) {
            this.array = array;
        }

        @Override
        public int compareTo(Bytes other) {
            return Arrays.compareUnsigned(array, other.array);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(array);
        }

        @Override
        public String toString() {
            return array.length + " bytes";
        }
    }
}
