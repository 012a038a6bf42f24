package dev.sluice.common.rpc;

import dev.sluice.common.HostPort;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.thrift.TException;

/** A client of bytes: sends what no decent client would. */
final class RawConnection implements AutoCloseable {
    private final Socket socket;

    RawConnection(HostPort target) throws IOException {
        socket = new Socket(target.host(), target.port());
        socket.setSoTimeout(5000);
        socket.setTcpNoDelay(true);
    }

    RawConnection send(byte[]... frames) throws IOException {
        for (byte[] frame : frames) {
            socket.getOutputStream().write(frame);
        }
        socket.getOutputStream().flush();
        return this;
    }

    /** The whole bytes of the next reply. */
    byte[] receive() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length = in.readInt();
        byte[] frame = ByteBuffer.allocate(length).putInt(length).array();
        in.readFully(frame, 4, length - 4);
        return frame;
    }

    ReplyFrame receiveFrame() throws IOException, TException {
        return Objects.requireNonNull(ReplyFrame.read(Unpooled.wrappedBuffer(receive()), 1 << 26));
    }

    /** True once the server has closed the connection; false if it says or keeps silent about something else. */
    boolean isClosedByServer() throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true; // reset, because we had sent more than it wanted to read
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
