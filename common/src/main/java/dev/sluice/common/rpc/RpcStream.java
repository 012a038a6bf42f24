package dev.sluice.common.rpc;

/** One side of a two-way stream of frames. Safe for use by several threads. */
public interface RpcStream<S> extends AutoCloseable {
    /** Sends a frame after those sent before; dropped if the stream is closed. */
    void send(S frame);

    /** False while so much waits to be sent that the sender should keep its newest state to itself for a while. */
    boolean isWritable();

    /** Closes the stream; the other side sees it closed. */
    @Override
    void close();

    /** What a side hears, one call at a time. */
    interface Listener<T> {
        void onFrame(T frame);

        /** The stream has room again after {@link RpcStream#isWritable} was false. */
        void onWritable();

        /** The last call. The reason is for a log line. */
        void onClosed(String reason);
    }
}
