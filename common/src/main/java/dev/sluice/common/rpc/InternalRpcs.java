package dev.sluice.common.rpc;

import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.Hello;
import dev.sluice.wire.internal.HelloReply;
import dev.sluice.wire.internal.LearnEndReply;
import dev.sluice.wire.internal.LearnEndRequest;
import dev.sluice.wire.internal.LearnFileReply;
import dev.sluice.wire.internal.LearnFileRequest;
import dev.sluice.wire.internal.LearnReply;
import dev.sluice.wire.internal.LearnRequest;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import dev.sluice.wire.internal.LoadProgressReply;
import dev.sluice.wire.internal.LoadProgressRequest;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.PrepareReply;
import dev.sluice.wire.internal.PrepareRequest;

/** What the servers of one cluster ask of each other. A client's connection knows none of these codes. */
public final class InternalRpcs {
    /** Codes that begin with this go over a connection that began with a hello. */
    public static final String PREFIX = "SLUICE_";

    /** A stream. */
    public static final Rpc<NodeStreamUp, NodeStreamDown> NODE_STREAM =
            new Rpc<>("SLUICE_NODE_STREAM", NodeStreamUp::new, NodeStreamDown::new);

    public static final Rpc<PrepareRequest, PrepareReply> PREPARE =
            new Rpc<>("SLUICE_PREPARE", PrepareRequest::new, PrepareReply::new);

    public static final Rpc<LearnRequest, LearnReply> LEARN =
            new Rpc<>("SLUICE_LEARN", LearnRequest::new, LearnReply::new);

    public static final Rpc<LearnFileRequest, LearnFileReply> LEARN_FILE =
            new Rpc<>("SLUICE_LEARN_FILE", LearnFileRequest::new, LearnFileReply::new);

    public static final Rpc<LearnEndRequest, LearnEndReply> LEARN_END =
            new Rpc<>("SLUICE_LEARN_END", LearnEndRequest::new, LearnEndReply::new);

    public static final Rpc<GroupLoadRequest, GroupLoadReply> GROUP_LOAD =
            new Rpc<>("SLUICE_GROUP_LOAD", GroupLoadRequest::new, GroupLoadReply::new);

    public static final Rpc<LoadProgressRequest, LoadProgressReply> LOAD_PROGRESS =
            new Rpc<>("SLUICE_LOAD_PROGRESS", LoadProgressRequest::new, LoadProgressReply::new);

    public static final Rpc<LoadPartRequest, LoadPartReply> LOAD_PART =
            new Rpc<>("SLUICE_LOAD_PART", LoadPartRequest::new, LoadPartReply::new);

    /** The first on every connection between servers; sent and answered inside this package. */
    static final Rpc<Hello, HelloReply> HELLO = new Rpc<>("SLUICE_HELLO", Hello::new, HelloReply::new);

    private InternalRpcs() {}
}
