package dev.sluice.common.rpc;

import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a server has on its port beside its handlers.
 *
 * @param http takes over connections that speak HTTP; null closes them
 * @param meters the meter of each task code
 */
public record Faces(@Nullable Consumer<ChannelPipeline> http, Function<String, RpcMeter> meters) {
    /** RPC alone, and nobody counts. */
    public static final Faces RPC_ONLY = new Faces(null, taskCode -> RpcMeter.NONE);
}
