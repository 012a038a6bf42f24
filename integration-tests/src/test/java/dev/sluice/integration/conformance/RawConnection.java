package dev.sluice.integration.conformance;

import dev.sluice.common.HostPort;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TType;
import org.apache.thrift.transport.TMemoryBuffer;
import org.apache.thrift.transport.TMemoryInputTransport;
import org.apache.thrift.transport.TTransport;
import org.jspecify.annotations.Nullable;

/** A socket to one server, and frames put together by hand. One request at a time. */
final class RawConnection implements AutoCloseable {
    private static final int MAGIC = 0x54484654;
    private static final int CONNECT_MS = 5_000;
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private int sequenceId = 100;

    RawConnection(HostPort server) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(server.host(), server.port()), CONNECT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** What stands in front of a request. */
    record Head(int version, int appId, int partitionIndex, int timeoutMs, long partitionHash, boolean backup) {}

    /**
     * A reply.
     *
     * @param name with its {@code _ACK}
     * @param result null if the frame ends behind the envelope
     */
    @SuppressWarnings("ArrayRecordComponent") // only ever read from
    record Answer(String error, String name, int sequenceId, byte @Nullable [] result) {
        /** Reads the struct in field 0; nothing may be left behind it. */
        <R extends TBase<?, ?>> R read(R into) throws TException {
            byte[] bytes = result;
            if (bytes == null) {
                throw new TException("no result behind " + error);
            }
            TMemoryInputTransport transport = new TMemoryInputTransport(bytes);
            TBinaryProtocol protocol = new TBinaryProtocol(transport);
            byte type = protocol.readByte();
            short id = protocol.readI16();
            if (type != TType.STRUCT || id != 0) {
                throw new TException("result field " + id + " of type " + type);
            }
            into.read(protocol);
            if (protocol.readByte() != TType.STOP || transport.getBytesRemainingInBuffer() != 0) {
                throw new TException("bytes behind the result");
            }
            return into;
        }
    }

    /** The message of a call: envelope and the argument in field 1. */
    static byte[] message(String taskCode, int sequenceId, byte argumentType, TBase<?, ?> argument) throws TException {
        return message(taskCode, sequenceId, argumentType, argument, TBinaryProtocol::new);
    }

    /** The same, written in a manner of one's own. */
    static byte[] message(
            String taskCode,
            int sequenceId,
            byte argumentType,
            TBase<?, ?> argument,
            Function<TTransport, TBinaryProtocol> writer)
            throws TException {
        TMemoryBuffer body = new TMemoryBuffer(256);
        TBinaryProtocol protocol = writer.apply(body);
        protocol.writeI32(0x80010001);
        protocol.writeString(taskCode);
        protocol.writeI32(sequenceId);
        protocol.writeByte(argumentType);
        protocol.writeI16((short) 1);
        argument.write(protocol);
        protocol.writeByte(TType.STOP);
        return body.getArray().length == body.length()
                ? body.getArray()
                : Arrays.copyOf(body.getArray(), body.length());
    }

    static byte[] frame(Head head, byte[] message) {
        ByteBuffer frame = ByteBuffer.allocate(64 + message.length);
        frame.putInt(MAGIC).putInt(head.version());
        if (head.version() == 0) {
            frame.putInt(48).putInt(0).putInt(message.length).putInt(0);
            frame.putInt(head.appId()).putInt(head.partitionIndex()).putInt(head.timeoutMs());
            frame.putInt(head.appId() * 7919 + head.partitionIndex()).putLong(head.partitionHash());
        } else {
            frame.putInt(37).putInt(message.length);
            frame.put(TType.I32).putShort((short) 1).putInt(head.appId());
            frame.put(TType.I32).putShort((short) 2).putInt(head.partitionIndex());
            frame.put(TType.I32).putShort((short) 3).putInt(head.timeoutMs());
            frame.put(TType.I64).putShort((short) 4).putLong(head.partitionHash());
            frame.put(TType.BOOL).putShort((short) 5).put((byte) (head.backup() ? 1 : 0));
            frame.put(TType.STOP);
        }
        frame.put(message);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    /** Sends a request and reads its reply; null if there is none within the time. */
    @Nullable
    Answer call(
            Head head,
            String taskCode,
            byte argumentType,
            TBase<?, ?> argument,
            UnaryOperator<byte[]> patch,
            int waitMs)
            throws IOException, TException {
        int mine = ++sequenceId;
        send(frame(head, patch.apply(message(taskCode, mine, argumentType, argument))));
        while (true) {
            Answer answer = readAnswer(waitMs);
            // A reply that was given up before may still come.
            if (answer == null || answer.sequenceId() == mine) {
                return answer;
            }
        }
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The next frame, with its length in front; null if none begins within the time. */
    byte @Nullable [] readFrame(int waitMs) throws IOException {
        socket.setSoTimeout(waitMs);
        int length;
        try {
            length = in.readInt();
        } catch (SocketTimeoutException e) {
            return null;
        }
        socket.setSoTimeout(10_000);
        byte[] frame = new byte[length];
        ByteBuffer.wrap(frame).putInt(length);
        in.readFully(frame, 4, length - 4);
        return frame;
    }

    @Nullable
    Answer readAnswer(int waitMs) throws IOException {
        byte[] bytes = readFrame(waitMs);
        if (bytes == null) {
            return null;
        }
        ByteBuffer frame = ByteBuffer.wrap(bytes).position(4);
        String error = string(frame);
        if (frame.getInt() != 0x80010002) {
            throw new IOException("a reply that is none: " + HexFormat.of().formatHex(bytes));
        }
        String name = string(frame);
        int answered = frame.getInt();
        byte[] result = new byte[frame.remaining()];
        frame.get(result);
        return new Answer(error, name, answered, result.length == 0 ? null : result);
    }

    private static String string(ByteBuffer frame) {
        byte[] text = new byte[frame.getInt()];
        frame.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
