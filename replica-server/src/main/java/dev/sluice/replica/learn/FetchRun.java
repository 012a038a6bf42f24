package dev.sluice.replica.learn;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.internal.LearnEndRequest;
import dev.sluice.wire.internal.LearnFile;
import dev.sluice.wire.internal.LearnFileReply;
import dev.sluice.wire.internal.LearnFileRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One fetch of a checkpoint: file after file, chunk after chunk; one step at a time, on the disk's pool. A file that is not
 * complete has size and checksum in its name, so that only the same file is gone on with.
 */
final class FetchRun {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int TRIES_MAX = 5;
    private static final int TIMEOUT_MS = 5_000;
    private static final String PART = ".part";

    private final CheckpointFetch fetch;
    private final HostPort primary;
    private final Gpid gpid;
    private final long checkpointId;
    private final List<LearnFile> contents;
    private final Path into;
    private final BooleanSupplier stop;
    private final CompletableFuture<CheckpointFetch.Fetched> done = new CompletableFuture<>();
    private int next;
    private DiskLedger.@Nullable Claim claim;
    private FileSystem.@Nullable File part;
    private long offset;
    private int failures;
    private long bytes;
    private long bytesKept;

    FetchRun(
            CheckpointFetch fetch,
            HostPort primary,
            Gpid gpid,
            long checkpointId,
            List<LearnFile> contents,
            Path into,
            BooleanSupplier stop) {
        this.fetch = fetch;
        this.primary = primary;
        this.gpid = gpid;
        this.checkpointId = checkpointId;
        this.contents = contents;
        this.into = into;
        this.stop = stop;
    }

    CompletableFuture<CheckpointFetch.Fetched> done() {
        return done;
    }

    void begin() {
        step(() -> {
            for (LearnFile file : contents) {
                requirePlain(file.getName());
            }
            fetch.files.createDirectories(into);
            clearOthers();
            claim = fetch.room.reserve(into, bytesMissing());
            goOn();
        });
    }

    /** What an earlier fetch left stays if it can be used. */
    private void clearOthers() throws IOException {
        Set<String> useful = new HashSet<>();
        for (LearnFile file : contents) {
            useful.add(file.getName());
            useful.add(partName(file));
        }
        for (String name : fetch.files.list(into)) {
            if (!useful.contains(name)) {
                fetch.files.deleteTree(into.resolve(name));
            }
        }
    }

    private long bytesMissing() throws IOException {
        long missing = 0;
        for (LearnFile file : contents) {
            Path whole = into.resolve(file.getName());
            Path begun = into.resolve(partName(file));
            if (!fetch.files.exists(whole)) {
                long there = fetch.files.exists(begun) ? fetch.files.size(begun) : 0;
                missing += Math.max(0, file.getSize() - there);
            }
        }
        return missing;
    }

    /** The next chunk, file or end. */
    private void goOn() throws IOException, InterruptedException {
        while (true) {
            if (stop.getAsBoolean()) {
                throw new InterruptedException("learning was given up");
            }
            if (next == contents.size()) {
                end();
                return;
            }
            LearnFile wanted = contents.get(next);
            if (part == null && isComplete(wanted)) {
                next++;
                continue;
            }
            FileSystem.File open = part == null ? openPart(wanted) : part;
            if (offset < wanted.getSize()) {
                ask(wanted);
                return;
            }
            complete(wanted, open);
        }
    }

    private boolean isComplete(LearnFile wanted) throws IOException {
        Path whole = into.resolve(wanted.getName());
        if (!fetch.files.exists(whole)) {
            return false;
        }
        boolean same = fetch.files.size(whole) == wanted.getSize()
                && FileChecksum.of(fetch.files, whole) == wanted.getCrc32c();
        if (same) {
            bytesKept += wanted.getSize();
        } else {
            long present = fetch.files.size(whole);
            fetch.files.delete(whole);
            deleted(present);
        }
        return same;
    }

    private FileSystem.File openPart(LearnFile wanted) throws IOException {
        Path path = into.resolve(partName(wanted));
        FileSystem.File open = fetch.files.exists(path) ? fetch.files.open(path) : fetch.files.create(path);
        part = open;
        if (open.size() > wanted.getSize()) {
            open.truncate(0);
            deleted(wanted.getSize());
        }
        offset = open.size();
        bytesKept += offset;
        return open;
    }

    private void ask(LearnFile wanted) throws InterruptedException {
        int length = (int) Math.min(CHUNK_BYTES, wanted.getSize() - offset);
        fetch.throttle.acquire(length);
        LearnFileRequest request =
                new LearnFileRequest(Wire.gpid(gpid), checkpointId, wanted.getName(), offset, length);
        var unused = fetch.rpc
                .call(primary, InternalRpcs.LEARN_FILE, RequestHeader.toPartition(gpid, TIMEOUT_MS, 0), request)
                .whenComplete(
                        (reply, lost) -> fetch.disk.execute(() -> step(() -> take(wanted, request, reply, lost))));
    }

    private void take(
            LearnFile wanted, LearnFileRequest request, @Nullable LearnFileReply reply, @Nullable Throwable lost)
            throws IOException, InterruptedException {
        String failure = failureOf(reply, lost);
        if (reply == null || failure != null) {
            if (++failures >= TRIES_MAX) {
                throw new IOException(
                        wanted.getName() + " from " + primary + " at " + request.getOffset() + ": " + failure);
            }
            fetch.timer.schedule(50L << failures, () -> fetch.disk.execute(() -> step(this::goOn)));
            return;
        }
        failures = 0;
        byte[] content = reply.getContent();
        FileSystem.File open = part;
        if (open != null) {
            open.write(ByteBuffer.wrap(content), offset);
            written(content.length);
            offset += content.length;
            bytes += content.length;
        }
        goOn();
    }

    private static @Nullable String failureOf(@Nullable LearnFileReply reply, @Nullable Throwable lost) {
        if (reply == null) {
            return lost == null ? "no answer" : String.valueOf(lost.getMessage());
        }
        ErrorCode error = Wire.error(reply.getErr());
        if (!error.isOk()) {
            return "the primary answers " + error;
        }
        byte[] content = reply.getContent();
        return content.length == 0 || FileChecksum.of(content) != reply.getCrc32c()
                ? "a chunk of " + content.length + " bytes is damaged"
                : null;
    }

    private void complete(LearnFile wanted, FileSystem.File open) throws IOException {
        Path begun = into.resolve(partName(wanted));
        open.sync();
        closePart();
        long found = FileChecksum.of(fetch.files, begun);
        if (found != wanted.getCrc32c()) {
            fetch.files.delete(begun);
            throw new IOException(wanted.getName() + " from " + primary + ": expected CRC32C "
                    + Long.toHexString(wanted.getCrc32c()) + ", found " + Long.toHexString(found));
        }
        fetch.files.rename(begun, into.resolve(wanted.getName()));
        next++;
    }

    private void end() throws IOException {
        fetch.files.syncDirectory(into);
        var unused = fetch.rpc
                .call(
                        primary,
                        InternalRpcs.LEARN_END,
                        RequestHeader.toPartition(gpid, TIMEOUT_MS, 0),
                        new LearnEndRequest(Wire.gpid(gpid), checkpointId))
                .exceptionally(lost -> null);
        release();
        done.complete(new CheckpointFetch.Fetched(bytes, bytesKept));
    }

    /** What may fail, and then ends the fetch. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void step(Work work) {
        try {
            work.run();
        } catch (IOException | RuntimeException e) {
            fail(e);
        } catch (InterruptedException e) {
            fail(new IOException("was given up", e));
        }
    }

    private void fail(Exception failure) {
        try {
            closePart();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        release();
        done.completeExceptionally(failure);
    }

    private void written(long more) {
        DiskLedger.Claim mine = claim;
        if (mine != null) {
            mine.written(more);
        }
    }

    private void deleted(long again) {
        DiskLedger.Claim mine = claim;
        if (mine != null) {
            mine.deleted(again);
        }
    }

    private void release() {
        DiskLedger.Claim mine = claim;
        claim = null;
        if (mine != null) {
            mine.release();
        }
    }

    private void closePart() throws IOException {
        FileSystem.File open = part;
        part = null;
        if (open != null) {
            open.close();
        }
    }

    private static String partName(LearnFile file) {
        return file.getName() + "." + file.getSize() + "-" + Long.toHexString(file.getCrc32c()) + PART;
    }

    /** A name comes from another machine: it must be one plain element. */
    private static void requirePlain(String name) throws IOException {
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
            throw new IOException("'" + name + "' is not the name of a file of a checkpoint");
        }
    }
}
