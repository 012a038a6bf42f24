package dev.sluice.common.rpc;

import dev.sluice.common.HostPort;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;

/** The end of a stream that opened it: its own connection, and the frames over it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class ClientStream<Q extends TBase<?, ?>, R extends TBase<?, ?>> implements ClientConnection.User {
    private static final int SEQUENCE_ID = ClientConnection.HELLO_SEQUENCE_ID + 1;

    private final Rpc<Q, R> rpc;
    private final HostPort target;
    private final RpcLimits limits;
    private final ChannelStream<Q, R> stream;
    private final Consumer<ClientStream<Q, R>> whenClosed;

    ClientStream(
            Rpc<Q, R> rpc,
            HostPort target,
            RpcLimits limits,
            RpcStream.Listener<R> listener,
            Consumer<ClientStream<Q, R>> whenClosed) {
        this.rpc = rpc;
        this.target = target;
        this.limits = limits;
        this.whenClosed = whenClosed;
        RequestHeader header = RequestHeader.toServer(0);
        stream = new ChannelStream<>(
                rpc + " to " + target,
                (out, frame) -> out.setInt(MessageCodec.writeRequest(out, header, rpc, frame), SEQUENCE_ID),
                limits.frameBytesMax());
        stream.listener(listener);
    }

    RpcStream<Q> stream() {
        return stream;
    }

    void connect(RpcIo io, @Nullable HelloDesk helloDesk) {
        EventLoop loop = io.group().next();
        ClientConnection connection = new ClientConnection(target, helloDesk, limits, this);
        loop.execute(() -> connection.connect(io, loop));
    }

    @Override
    public void onReady(Channel channel) {
        if (!stream.onConnected(channel)) {
            channel.close();
        }
    }

    @Override
    public void onReply(ReplyFrame reply) throws TException {
        if (reply.sequenceId() != SEQUENCE_ID) {
            throw new TException("a reply to something else on the connection of " + rpc);
        }
        if (!reply.error().isOk()) {
            stream.close(rpc + " refused by " + target + ": " + reply.error());
            return;
        }
        R frame = rpc.newReply().get();
        MessageCodec.readResult(reply.result(), frame);
        stream.onFrame(frame);
    }

    @Override
    public void onWritable() {
        stream.onWritable();
    }

    @Override
    public void onClosed(RpcException why) {
        whenClosed.accept(this);
        stream.onClosed(String.valueOf(why.getMessage()));
    }
}
