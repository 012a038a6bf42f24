package dev.sluice.common.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TList;
import org.apache.thrift.protocol.TMap;
import org.apache.thrift.protocol.TProtocolException;
import org.apache.thrift.protocol.TSet;
import org.apache.thrift.protocol.TType;

/**
 * Thrift's binary protocol straight over a Netty buffer.
 *
 * <p>Reading never goes behind the buffer's end, makes nothing that is larger than what the buffer can hold, and makes at
 * most {@link #ELEMENTS_MAX} elements of containers per message. After a failed read an instance must not be used again.
 */
final class ByteBufProtocol extends TBinaryProtocol {
    /** Elements of all containers of one message together: far above any message of ours, far below what memory can hold. */
    static final int ELEMENTS_MAX = 1 << 20;

    /** Types and ids below these are what nearly all fields of our structs have. */
    private static final int USUAL_TYPES = 16;

    private static final int USUAL_IDS = 32;
    private static final TField[] USUAL_FIELDS = usualFields();

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private int elements;

    ByteBufProtocol() {
        super(new NoTransport());
    }

    /** Reads from and writes to that buffer from now on. */
    ByteBufProtocol over(ByteBuf newBuffer) {
        buffer = newBuffer;
        elements = 0;
        return this;
    }

    @Override
    public void writeByte(byte b) {
        buffer.writeByte(b);
    }

    @Override
    public void writeI16(short i16) {
        buffer.writeShort(i16);
    }

    @Override
    public void writeI32(int i32) {
        buffer.writeInt(i32);
    }

    @Override
    public void writeI64(long i64) {
        buffer.writeLong(i64);
    }

    @Override
    public void writeString(String string) {
        int lengthAt = buffer.writerIndex();
        buffer.writeInt(0);
        buffer.setInt(lengthAt, ByteBufUtil.writeUtf8(buffer, string));
    }

    @Override
    public void writeBinary(ByteBuffer bytes) {
        buffer.writeInt(bytes.remaining());
        if (bytes.hasArray()) {
            buffer.writeBytes(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } else {
            buffer.writeBytes(bytes.duplicate());
        }
    }

    /** Takes the head of a field from a table where it can: it is the object that is made most often otherwise. */
    @Override
    public TField readFieldBegin() throws TException {
        byte type = readByte();
        short id = type == TType.STOP ? 0 : readI16();
        return type >= 0 && type < USUAL_TYPES && id >= 0 && id < USUAL_IDS
                ? USUAL_FIELDS[type * USUAL_IDS + id]
                : new TField("", type, id);
    }

    @Override
    public byte readByte() throws TException {
        require(1);
        return buffer.readByte();
    }

    @Override
    public short readI16() throws TException {
        require(2);
        return buffer.readShort();
    }

    @Override
    public int readI32() throws TException {
        require(4);
        return buffer.readInt();
    }

    @Override
    public long readI64() throws TException {
        require(8);
        return buffer.readLong();
    }

    @Override
    public String readString() throws TException {
        return readStringBody(readI32());
    }

    @Override
    public String readStringBody(int size) throws TException {
        require(size);
        return buffer.readCharSequence(size, StandardCharsets.UTF_8).toString();
    }

    @Override
    public ByteBuffer readBinary() throws TException {
        int size = readI32();
        require(size);
        byte[] bytes = new byte[size];
        buffer.readBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public TMap readMapBegin() throws TException {
        TMap map = new TMap(readByte(), readByte(), readI32());
        requireElements(map.size, (long) getMinSerializedSize(map.keyType) + getMinSerializedSize(map.valueType));
        return map;
    }

    @Override
    public TList readListBegin() throws TException {
        TList list = new TList(readByte(), readI32());
        requireElements(list.size, getMinSerializedSize(list.elemType));
        return list;
    }

    @Override
    public TSet readSetBegin() throws TException {
        TSet set = new TSet(readByte(), readI32());
        requireElements(set.size, getMinSerializedSize(set.elemType));
        return set;
    }

    /** The fewest bytes that a value of the type takes; a struct has at least its stop byte. */
    @Override
    public int getMinSerializedSize(byte type) throws org.apache.thrift.transport.TTransportException {
        return type == TType.STRUCT ? 1 : super.getMinSerializedSize(type);
    }

    @Override
    protected void skipBool() throws TException {
        skip(1);
    }

    @Override
    protected void skipByte() throws TException {
        skip(1);
    }

    @Override
    protected void skipI16() throws TException {
        skip(2);
    }

    @Override
    protected void skipI32() throws TException {
        skip(4);
    }

    @Override
    protected void skipI64() throws TException {
        skip(8);
    }

    @Override
    protected void skipDouble() throws TException {
        skip(8);
    }

    @Override
    protected void skipBinary() throws TException {
        skip(readI32());
    }

    private void skip(int bytes) throws TException {
        require(bytes);
        buffer.skipBytes(bytes);
    }

    private void require(int bytes) throws TException {
        if (bytes < 0) {
            throw new TProtocolException(TProtocolException.NEGATIVE_SIZE, "size " + bytes + " is negative");
        }
        if (bytes > buffer.readableBytes()) {
            throw new TProtocolException(
                    TProtocolException.SIZE_LIMIT,
                    bytes + " bytes expected, " + buffer.readableBytes() + " left in the frame");
        }
    }

    private void requireElements(int size, long bytesEachMin) throws TException {
        if (size < 0) {
            throw new TProtocolException(TProtocolException.NEGATIVE_SIZE, "size " + size + " is negative");
        }
        if (size > ELEMENTS_MAX - elements || size * bytesEachMin > buffer.readableBytes()) {
            throw new TProtocolException(
                    TProtocolException.SIZE_LIMIT,
                    size + " elements announced, " + buffer.readableBytes() + " bytes left in the frame");
        }
        elements += size;
    }

    private static TField[] usualFields() {
        TField[] fields = new TField[USUAL_TYPES * USUAL_IDS];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = new TField("", (byte) (i / USUAL_IDS), (short) (i % USUAL_IDS));
        }
        return fields;
    }
}
