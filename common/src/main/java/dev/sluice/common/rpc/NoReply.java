package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;

/** The answer to a request that gets none. */
final class NoReply implements Responder<Object> {
    private static final NoReply INSTANCE = new NoReply();

    private NoReply() {}

    @SuppressWarnings("unchecked") // takes replies of any type, and drops them
    static <R> Responder<R> instance() {
        return (Responder<R>) INSTANCE;
    }

    @Override
    public void reply(Object reply) {}

    @Override
    public void fail(ErrorCode error) {}
}
