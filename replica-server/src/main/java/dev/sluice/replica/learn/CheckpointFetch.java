package dev.sluice.replica.learn;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.internal.LearnEndRequest;
import dev.sluice.wire.internal.LearnFile;
import dev.sluice.wire.internal.LearnFileReply;
import dev.sluice.wire.internal.LearnFileRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Fetches a checkpoint of a primary into a directory. Blocks its thread. */
public final class CheckpointFetch {
    private static final int TRIES_MAX = 5;
    private static final int TIMEOUT_MS = 5_000;

    private final RpcClient rpc;
    private final FileSystem files;
    private final Throttle throttle;

    public CheckpointFetch(RpcClient rpc, FileSystem files, Throttle throttle) {
        this.rpc = rpc;
        this.files = files;
        this.throttle = throttle;
    }

    /**
     * Fetches all files, checks and fsyncs them. The directory is made anew. Throws if the primary no longer has the
     * checkpoint, a chunk fails again and again, or {@code stop} says so.
     */
    public void fetch(
            HostPort primary, Gpid gpid, long checkpointId, List<LearnFile> contents, Path into, BooleanSupplier stop)
            throws IOException, InterruptedException {
        files.deleteTree(into);
        files.createDirectories(into);
        for (LearnFile file : contents) {
            fetchFile(primary, gpid, checkpointId, file, into, stop);
        }
        files.syncDirectory(into);
        var unused = rpc.call(
                        primary,
                        InternalRpcs.LEARN_END,
                        RequestHeader.toPartition(gpid, TIMEOUT_MS, 0),
                        new LearnEndRequest(Wire.gpid(gpid), checkpointId))
                .exceptionally(lost -> null);
    }

    private void fetchFile(
            HostPort primary, Gpid gpid, long checkpointId, LearnFile wanted, Path into, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Path path = inside(into, wanted.getName());
        try (FileSystem.File file = files.create(path)) {
            long offset = 0;
            int failures = 0;
            while (offset < wanted.getSize()) {
                if (stop.getAsBoolean()) {
                    throw new InterruptedException("learning was given up");
                }
                int length = (int) Math.min(1 << 20, wanted.getSize() - offset);
                throttle.acquire(length);
                LearnFileRequest request =
                        new LearnFileRequest(Wire.gpid(gpid), checkpointId, wanted.getName(), offset, length);
                try {
                    byte[] content = chunk(primary, gpid, request);
                    file.write(ByteBuffer.wrap(content), offset);
                    offset += content.length;
                    failures = 0;
                } catch (RpcException e) {
                    if (++failures >= TRIES_MAX) {
                        throw new IOException(
                                wanted.getName() + " from " + primary + " at " + offset + ": " + e.getMessage(), e);
                    }
                    TimeUnit.MILLISECONDS.sleep(50L << failures);
                }
            }
            file.sync();
        }
        long found = FileChecksum.of(files, path);
        if (found != wanted.getCrc32c()) {
            throw new IOException(wanted.getName() + " from " + primary + ": expected CRC32C "
                    + Long.toHexString(wanted.getCrc32c()) + ", found " + Long.toHexString(found));
        }
    }

    private byte[] chunk(HostPort primary, Gpid gpid, LearnFileRequest request) throws InterruptedException {
        LearnFileReply reply;
        try {
            reply = rpc.call(primary, InternalRpcs.LEARN_FILE, RequestHeader.toPartition(gpid, TIMEOUT_MS, 0), request)
                    .get(TIMEOUT_MS * 2L, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RpcException lost
                    ? lost
                    : new RpcException(ErrorCode.ERR_UNKNOWN, "chunk failed", e);
        } catch (TimeoutException e) {
            throw new RpcException(ErrorCode.ERR_TIMEOUT, "no answer", e);
        }
        ErrorCode error = Wire.error(reply.getErr());
        if (!error.isOk()) {
            throw new RpcException(error, "the primary refused the chunk");
        }
        byte[] content = reply.getContent();
        if (content.length == 0 || FileChecksum.of(content) != reply.getCrc32c()) {
            throw new RpcException(ErrorCode.ERR_WRONG_CHECKSUM, "a chunk of " + content.length + " bytes is damaged");
        }
        return content;
    }

    /** A name comes from another machine: it must be one plain element. */
    private static Path inside(Path directory, String name) throws IOException {
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
            throw new IOException("'" + name + "' is not the name of a file of a checkpoint");
        }
        return directory.resolve(name);
    }
}
