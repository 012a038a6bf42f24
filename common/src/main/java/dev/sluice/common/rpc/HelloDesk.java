package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.Hello;
import dev.sluice.wire.internal.HelloReply;
import dev.sluice.wire.internal.internalConstants;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says hello for a server, and decides about the hellos of others. */
final class HelloDesk {
    private static final Logger LOG = LoggerFactory.getLogger(HelloDesk.class);

    private final Supplier<ServerIdentity> identity;

    HelloDesk(Supplier<ServerIdentity> identity) {
        this.identity = identity;
    }

    String clusterId() {
        return identity.get().clusterId();
    }

    Hello hello() {
        ServerIdentity own = identity.get();
        return new Hello(
                internalConstants.FORMAT_VERSION, own.clusterId(), Wire.address(own.address()), own.incarnation());
    }

    /** True for a server of the cluster that this one belongs to. */
    boolean isOfOurCluster(ServerConnection.Peer peer) {
        return !peer.clusterId().isEmpty() && peer.clusterId().equals(clusterId());
    }

    /** Answers a hello; null if it was refused. */
    ServerConnection.@Nullable Peer receive(Hello hello, Responder<HelloReply> responder) {
        String said = hello.getClusterId() == null ? "" : hello.getClusterId();
        Optional<HostPort> from = Wire.find(hello.getSender());
        ErrorCode error = from.isEmpty() ? ErrorCode.ERR_INVALID_PARAMETERS : refusal(hello.getFormatVersion(), said);
        String hint = hint(error, hello.getFormatVersion(), said);
        responder.reply(new HelloReply(Wire.error(error), internalConstants.FORMAT_VERSION, clusterId(), hint));
        if (!error.isOk() || from.isEmpty()) {
            LOG.warn("Hello of {} refused: {}", hello.getSender(), hint);
            return null;
        }
        return new ServerConnection.Peer(said, from.get(), hello.getIncarnation());
    }

    /** Checks the answer to our hello; null if we may go on. */
    @Nullable
    RpcException check(HelloReply reply) {
        ErrorCode error = reply.getErr() == null ? ErrorCode.ERR_INVALID_DATA : Wire.error(reply.getErr());
        if (!error.isOk()) {
            return new RpcException(error, "hello refused: " + reply.getHint());
        }
        String said = reply.getClusterId() == null ? "" : reply.getClusterId();
        ErrorCode refusal = refusal(reply.getFormatVersion(), said);
        return refusal.isOk() ? null : new RpcException(refusal, hint(refusal, reply.getFormatVersion(), said));
    }

    private ErrorCode refusal(int formatVersion, String clusterIdSaid) {
        if (formatVersion > internalConstants.FORMAT_VERSION) {
            return ErrorCode.ERR_VERSION_OUTDATED;
        }
        boolean bothKnow = !clusterIdSaid.isEmpty() && !clusterId().isEmpty();
        return bothKnow && !clusterIdSaid.equals(clusterId()) ? ErrorCode.ERR_CLUSTER_NOT_FOUND : ErrorCode.ERR_OK;
    }

    private String hint(ErrorCode error, int formatVersion, String clusterIdSaid) {
        return switch (error) {
            case ERR_VERSION_OUTDATED ->
                "format version " + formatVersion + " is newer than " + internalConstants.FORMAT_VERSION
                        + ", the newest known here: upgrade this server first";
            case ERR_CLUSTER_NOT_FOUND -> "server of cluster '" + clusterIdSaid + "', expected '" + clusterId() + "'";
            case ERR_INVALID_PARAMETERS -> "hello without the address of its sender";
            default -> "";
        };
    }
}
