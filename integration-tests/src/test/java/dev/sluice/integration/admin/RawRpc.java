package dev.sluice.integration.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Sends any task code with an empty request, and reads of the answer what every client reads first. */
final class RawRpc {
    private static final int SILENCE_MS = 500;
    private static final int TIMEOUT_MS = 10_000;
    private static final int REPLY = 0x80010002;
    private static final int TYPE_STRUCT = 12;
    private static final int TYPE_STRING = 11;
    private static final int TYPE_I32 = 8;

    private RawRpc() {}

    /**
     * What was answered.
     *
     * @param header error of the frame
     * @param first the first field of the result as text: an error name or a number; the text of a remote command; empty
     *     if there is no result
     */
    record Answer(String name, String header, String first) {}

    /** Empty if there is no answer; a call of another code behind it shows that the connection lives. */
    static Optional<Answer> call(HostPort server, String code, Gpid gpid) throws IOException {
        try (Socket socket = new Socket(server.host(), server.port())) {
            socket.setSoTimeout(TIMEOUT_MS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.write(frame(code, 7, gpid));
            out.write(frame("RPC_NEGOTIATION", 8, new Gpid(0, 0)));
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Optional<Answer> mine = Optional.empty();
            boolean other = false;
            while (mine.isEmpty() || !other) {
                ByteBuffer reply;
                try {
                    reply = read(in);
                } catch (SocketTimeoutException e) {
                    if (!other) {
                        throw e;
                    }
                    return Optional.empty();
                }
                Answer answer = decode(reply.duplicate());
                if (answer.name().equals("RPC_NEGOTIATION_ACK") && sequence(reply) == 8) {
                    other = true;
                    socket.setSoTimeout(mine.isEmpty() ? SILENCE_MS : TIMEOUT_MS);
                } else {
                    mine = Optional.of(answer);
                }
            }
            return mine;
        }
    }

    /** A frame of version 0 as the Go and Python clients send it. */
    private static byte[] frame(String code, int sequence, Gpid gpid) {
        byte[] name = code.getBytes(US_ASCII);
        // An argument struct that holds an empty struct.
        byte[] argument = {TYPE_STRUCT, 0, 1, 0, 0};
        byte[] scanContext = {10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0};
        byte[] blob = {TYPE_STRUCT, 0, 1, 0, 0, 0, 2, 0, 0, 0};
        byte[] value = switch (code) {
            case "RPC_RRDB_RRDB_CLEAR_SCANNER" -> scanContext;
            case "RPC_RRDB_RRDB_REMOVE", "RPC_RRDB_RRDB_GET", "RPC_RRDB_RRDB_TTL", "RPC_RRDB_RRDB_SORTKEY_COUNT" ->
                blob;
            default -> argument;
        };
        int bodyBytes = 4 + 4 + name.length + 4 + value.length;
        return ByteBuffer.allocate(48 + bodyBytes)
                .put("THFT".getBytes(US_ASCII))
                .putInt(0)
                .putInt(48)
                .putInt(0)
                .putInt(bodyBytes)
                .putInt(0)
                .putInt(gpid.appId())
                .putInt(gpid.partitionIndex())
                .putInt(TIMEOUT_MS)
                .putInt(0)
                .putLong(0)
                .putInt(0x80010001)
                .putInt(name.length)
                .put(name)
                .putInt(sequence)
                .put(value)
                .array();
    }

    private static ByteBuffer read(DataInputStream in) throws IOException {
        byte[] rest = new byte[in.readInt() - 4];
        in.readFully(rest);
        return ByteBuffer.wrap(rest);
    }

    private static int sequence(ByteBuffer reply) {
        ByteBuffer in = reply.duplicate();
        text(in);
        in.getInt();
        text(in);
        return in.getInt();
    }

    private static Answer decode(ByteBuffer in) {
        String header = text(in);
        int type = in.getInt();
        if (type != REPLY) {
            throw new IllegalStateException("message type " + Integer.toHexString(type));
        }
        String name = text(in);
        in.getInt();
        return new Answer(name, header, in.hasRemaining() ? first(in) : "");
    }

    /** Result field 0: a string, or a struct of which field 1 is an error name (typed as a struct, written bare) or a number. */
    private static String first(ByteBuffer in) {
        int type = in.get();
        if (in.getShort() != 0) {
            throw new IllegalStateException("the result is not field 0");
        }
        if (type == TYPE_STRING) {
            return text(in);
        }
        int fieldType = in.get();
        if (in.getShort() != 1) {
            throw new IllegalStateException("the first field of the result is not field 1");
        }
        return fieldType == TYPE_I32 ? Integer.toString(in.getInt()) : text(in);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }
}
