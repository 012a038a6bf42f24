package dev.sluice.common.rpc;

import java.util.function.Supplier;
import org.apache.thrift.TBase;

/**
 * One kind of request: its name on the wire and the types that go and come.
 *
 * @param taskCode name on the wire, at most 47 ASCII characters; the reply is named with {@code _ACK} behind it
 * @param newRequest makes an empty request to read into
 * @param newReply makes an empty reply to read into
 */
public record Rpc<Q extends TBase<?, ?>, R extends TBase<?, ?>>(
        String taskCode, Supplier<Q> newRequest, Supplier<R> newReply) {
    @Override
    public String toString() {
        return taskCode;
    }
}
