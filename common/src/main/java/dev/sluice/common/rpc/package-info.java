/**
 * Requests and streams between processes, in the frames of the Pegasus client protocol.
 *
 * <p>The seam is {@link dev.sluice.common.rpc.RpcClient} and {@link dev.sluice.common.rpc.RpcHandlers}; the Netty
 * implementation ({@link dev.sluice.common.rpc.NettyRpcServer}, {@link dev.sluice.common.rpc.NettyRpcClient}) stands
 * behind them. Task codes are named in {@link dev.sluice.common.rpc.DataRpcs}, {@link dev.sluice.common.rpc.AdminRpcs} and
 * {@link dev.sluice.common.rpc.InternalRpcs}. Nothing here knows what the messages mean, except the hello with which
 * servers greet each other.
 *
 * <p>Whatever arrives is bounded by its frame, and harms at most the connection that it came on.
 */
@NullMarked
package dev.sluice.common.rpc;

import org.jspecify.annotations.NullMarked;
