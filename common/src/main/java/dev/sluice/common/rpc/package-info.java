/**
 * Requests and streams between processes, in the frames of the Pegasus client protocol.
 *
 * <p>The seam is {@link dev.sluice.common.rpc.RpcClient} and {@link dev.sluice.common.rpc.RpcHandlers}; the Netty
 * implementation stands behind them. Nothing here knows what the messages mean.
 */
@NullMarked
package dev.sluice.common.rpc;

import org.jspecify.annotations.NullMarked;
