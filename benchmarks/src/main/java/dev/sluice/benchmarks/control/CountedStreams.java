package dev.sluice.benchmarks.control;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcStream;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.apache.thrift.TSerializer;
import org.apache.thrift.protocol.TBinaryProtocol;

/** A client that counts the bytes of what goes through its streams, as they would be on the wire. */
record CountedStreams(RpcClient client, Traffic traffic) implements RpcClient {
    /** Of all streams. */
    static final class Traffic {
        private final TSerializer serializer;
        private long bytesUp;
        private long bytesDown;
        private long framesUp;
        private long framesDown;

        Traffic() {
            try {
                serializer = new TSerializer(new TBinaryProtocol.Factory());
            } catch (TException e) {
                throw new IllegalStateException("a serializer in memory", e);
            }
        }

        private long size(Object frame) {
            try {
                return serializer.serialize((TBase<?, ?>) frame).length;
            } catch (TException e) {
                throw new IllegalStateException("a frame that cannot be sent", e);
            }
        }

        long bytesUp() {
            return bytesUp;
        }

        long bytesDown() {
            return bytesDown;
        }

        long frames() {
            return framesUp + framesDown;
        }
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
        return client.call(target, rpc, header, request);
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
            HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
        RpcStream<Q> stream = client.openStream(target, rpc, new RpcStream.Listener<R>() {
            @Override
            public void onFrame(R frame) {
                traffic.framesDown++;
                traffic.bytesDown += traffic.size(frame);
                listener.onFrame(frame);
            }

            @Override
            public void onWritable() {
                listener.onWritable();
            }

            @Override
            public void onClosed(String reason) {
                listener.onClosed(reason);
            }
        });
        return new RpcStream<>() {
            @Override
            public void send(Q frame) {
                traffic.framesUp++;
                traffic.bytesUp += traffic.size(frame);
                stream.send(frame);
            }

            @Override
            public boolean isWritable() {
                return stream.isWritable();
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
