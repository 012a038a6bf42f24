package dev.sluice.benchmarks.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The other end of a bare socket: for each request it sends as many bytes as the request asks for, and looks at nothing
 * else. A request begins with its own length and that of the reply, an int each; a reply is zeros.
 */
final class BareServer {
    static final int HEAD_BYTES = 2 * Integer.BYTES;

    private static final int BUFFER_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private int requestBytesLeft;
    private int replyBytesAsked;

    /** @param channel one that blocks */
    BareServer(SocketChannel channel) {
        this.channel = channel;
    }

    /** Serves in the caller's thread until the other side closes the connection. */
    void serve() throws IOException {
        try (channel) {
            while (channel.read(in) >= 0) {
                in.flip();
                long owed = takeRequests();
                in.compact();
                reply(owed);
            }
        }
    }

    /** Takes what is there of requests; the bytes of the replies to those that end in it. */
    private long takeRequests() {
        long owed = 0;
        while (true) {
            int skipped = Math.min(requestBytesLeft, in.remaining());
            in.position(in.position() + skipped);
            requestBytesLeft -= skipped;
            if (requestBytesLeft == 0) {
                owed += replyBytesAsked;
                replyBytesAsked = 0;
            }
            if (in.remaining() < HEAD_BYTES) {
                return owed;
            }
            requestBytesLeft = in.getInt() - HEAD_BYTES;
            replyBytesAsked = in.getInt();
        }
    }

    private void reply(long bytes) throws IOException {
        for (long left = bytes; left > 0; ) {
            zeros.clear().limit((int) Math.min(left, BUFFER_BYTES));
            left -= channel.write(zeros);
        }
    }
}
