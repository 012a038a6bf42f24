package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;

/** Answers one request, once, from any thread. A second answer is ignored. */
public interface Responder<R> {
    void reply(R reply);

    /** Answers with a header error and no body. */
    void fail(ErrorCode error);
}
