package dev.sluice.benchmarks.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** The client's end of a bare socket, and the requests that wait for it or for their replies. Lives on the network thread. */
final class BareConnection {
    private static final int BUFFER_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final Queue<Request> waiting = new ArrayDeque<>();
    private final Queue<Request> sent = new ArrayDeque<>();
    private int requestBytesLeft;
    private long repliedBytes;

    /**
     * A request.
     *
     * @param bytes length, with the head
     */
    record Request(int bytes, int replyBytes, Contestant.Done done) {}

    private BareConnection(SocketChannel channel, SelectionKey key) {
        this.channel = channel;
        this.key = key;
    }

    /** Registers a connected channel for reading; its key has the connection with it. */
    static BareConnection of(SocketChannel channel, Selector selector) throws IOException {
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        BareConnection connection = new BareConnection(channel, key);
        key.attach(connection);
        return connection;
    }

    void add(Request request) {
        waiting.add(request);
    }

    /** Reads what is there, and tells whose reply has come whole: replies come in the order of the requests. */
    void receive() throws IOException {
        in.clear();
        int read = channel.read(in);
        if (read < 0) {
            throw new IOException("closed by the other side");
        }
        repliedBytes += read;
        for (Request next = sent.peek(); next != null && repliedBytes >= next.replyBytes(); next = sent.peek()) {
            repliedBytes -= next.replyBytes();
            sent.remove();
            next.done().done(true);
        }
    }

    /** Sends what the socket takes, and asks to hear when it takes more if that was not all. */
    void send() throws IOException {
        do {
            fill();
            out.flip();
            channel.write(out);
            out.compact();
        } while (out.position() == 0 && isUnsent());
        int interest = isUnsent() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.interestOps() != interest) {
            key.interestOps(interest);
        }
    }

    boolean isUnsent() {
        return out.position() > 0 || requestBytesLeft > 0 || !waiting.isEmpty();
    }

    /** Fails all that waits. */
    void fail() {
        for (Request request : sent) {
            request.done().done(false);
        }
        for (Request request : waiting) {
            request.done().done(false);
        }
    }

    void close() throws IOException {
        channel.close();
    }

    private void fill() {
        while (true) {
            int padding = Math.min(requestBytesLeft, out.remaining());
            out.position(out.position() + padding);
            requestBytesLeft -= padding;
            if (waiting.isEmpty() || out.remaining() < BareServer.HEAD_BYTES) {
                return;
            }
            Request next = waiting.remove();
            out.putInt(next.bytes()).putInt(next.replyBytes());
            requestBytesLeft = next.bytes() - BareServer.HEAD_BYTES;
            sent.add(next);
        }
    }
}
