package dev.sluice.common.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of a stream over a connection of its own. Frames that are sent before the connection stands wait for it.
 *
 * <p>The listener is called on the connection's network thread only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class ChannelStream<S extends TBase<?, ?>, T> implements RpcStream<S> {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelStream.class);

    private static final int FRAMES_BEFORE_CONNECTED_MAX = 64;
    private static final int CLOSE_AT_LATEST_MS = 1000;

    private final String name;
    private final Encoder<S> encoder;
    private final int frameBytesMax;
    private final Queue<ByteBuf> beforeConnected = new ArrayDeque<>();
    private final Object lock = new Object();
    private @Nullable Channel channel;
    private boolean closed;
    private @Nullable String reason;

    private RpcStream.@Nullable Listener<T> listener;

    /** Writes one frame as it goes over the connection. */
    interface Encoder<S> {
        void encode(ByteBuf out, S frame) throws TException;
    }

    ChannelStream(String name, Encoder<S> encoder, int frameBytesMax) {
        this.name = name;
        this.encoder = encoder;
        this.frameBytesMax = frameBytesMax;
    }

    void listener(RpcStream.Listener<T> newListener) {
        listener = newListener;
    }

    @Override
    public void send(S frame) {
        ByteBuf out = Unpooled.EMPTY_BUFFER;
        boolean handedOver = false;
        try {
            synchronized (lock) {
                if (closed) {
                    return;
                }
                out = channel == null ? Unpooled.buffer() : channel.alloc().ioBuffer();
                encoder.encode(out, frame);
                if (out.readableBytes() > frameBytesMax) {
                    throw new IllegalArgumentException(name + ": frame of " + out.readableBytes() + " bytes, at most "
                            + frameBytesMax + " are possible");
                }
                handedOver = true;
                if (channel == null) {
                    beforeConnected.add(out);
                } else {
                    channel.writeAndFlush(out, channel.voidPromise());
                }
            }
        } catch (TException e) {
            throw new IllegalArgumentException(name + ": frame cannot be written", e);
        } finally {
            if (!handedOver) {
                out.release();
            }
        }
    }

    @Override
    public boolean isWritable() {
        synchronized (lock) {
            return channel == null ? beforeConnected.size() < FRAMES_BEFORE_CONNECTED_MAX : channel.isWritable();
        }
    }

    @Override
    public void close() {
        close("closed here");
    }

    /** Lets what was sent before go out, for a moment, then closes the connection. */
    void close(String why) {
        Channel toClose;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            reason = why;
            toClose = channel;
        }
        if (toClose != null) {
            toClose.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            toClose.eventLoop().schedule(() -> toClose.close(), CLOSE_AT_LATEST_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** The connection stands: what waited goes out. False if the stream was closed meanwhile. */
    boolean onConnected(Channel connected) {
        boolean wasFull;
        synchronized (lock) {
            if (closed) {
                return false;
            }
            wasFull = beforeConnected.size() >= FRAMES_BEFORE_CONNECTED_MAX;
            channel = connected;
            for (ByteBuf waiting = beforeConnected.poll(); waiting != null; waiting = beforeConnected.poll()) {
                connected.write(waiting, connected.voidPromise());
            }
            connected.flush();
        }
        if (wasFull && connected.isWritable()) {
            onWritable();
        }
        return true;
    }

    void onFrame(T frame) {
        synchronized (lock) {
            if (closed) {
                return;
            }
        }
        tell(heard -> heard.onFrame(frame));
    }

    void onWritable() {
        tell(RpcStream.Listener::onWritable);
    }

    /** The connection is gone, or never came to be. */
    void onClosed(String why) {
        String said;
        synchronized (lock) {
            closed = true;
            said = reason == null ? why : reason;
            for (ByteBuf waiting = beforeConnected.poll(); waiting != null; waiting = beforeConnected.poll()) {
                waiting.release();
            }
        }
        tell(heard -> heard.onClosed(said));
    }

    private void tell(Call<T> call) {
        RpcStream.Listener<T> heard = listener;
        if (heard == null) {
            return;
        }
        try {
            call.on(heard);
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a listener failed; the stream is closed", name, e);
            close("listener failed: " + e);
        }
    }

    private interface Call<T> {
        void on(RpcStream.Listener<T> listener);
    }
}
