package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The download of one file. Pieces are read from the store in parallel, or from the member before this one in the relay
 * one by one, and written and hashed in order: so the part on the disk has no holes, and a restart hashes it again and goes
 * on behind it.
 */
final class FileDownload {
    private static final Logger LOG = LoggerFactory.getLogger(FileDownload.class);

    /** One read from a stream; a stop is noticed between two. */
    private static final int READ_BYTES = 64 * 1024;

    /** At a limited rate pieces are so small that one is fetched in about this time. */
    private static final int PIECES_PER_SECOND = 8;

    private static final int NOT_FOUND_ATTEMPTS_MAX = 4;
    private static final int WRONG_FETCHES_MAX = 2;

    private final Downloader downloader;
    private final PartitionSource source;
    private final Relay relay;
    private final StagedCopy copy;
    private final StagingDirectory directory;
    private final SstFile file;
    private final DiskLedger.Claim claim;
    private final StopSignal stop;
    private final ProgressMeter meter;
    private final Path part;
    private final MessageDigest digest = md5();
    /** Of what the digest has, and of what came by the relay. */
    private final CRC32C crc = new CRC32C();

    FileDownload(
            Downloader downloader,
            PartitionSource source,
            Relay relay,
            StagedCopy copy,
            SstFile file,
            DiskLedger.Claim claim,
            StopSignal stop,
            ProgressMeter meter) {
        this.downloader = downloader;
        this.source = source;
        this.relay = relay;
        this.copy = copy;
        this.directory = copy.directory();
        this.file = file;
        this.claim = claim;
        this.stop = stop;
        this.meter = meter;
        this.part = directory.part(file.name());
    }

    /** Returns once the file is complete, right and durable under its final name. */
    void fetch() throws SourceException, StoppedException, IOException {
        if (!downloader.options.linkLocalFiles() || !link()) {
            copy();
        }
    }

    /**
     * Gives the store's own file its final name in the directory. False if it cannot be, or is not what the manifest says:
     * who copies it finds out why.
     *
     * <p>A file that has another name already is not linked: that may be the one under which the engine took it over with an
     * earlier load, and an engine that has a file does not take it over once more.
     */
    private boolean link() throws StoppedException, IOException {
        Path link = directory.link(file.name());
        downloader.files.delete(link);
        String reason = "it is not what the manifest says";
        boolean right = false;
        try {
            Optional<Path> local = source.store().localFile(source.filePath(file));
            if (local.isEmpty()) {
                return false;
            }
            if (downloader.files.linkCount(local.get()) > 1) {
                reason = "it has another name already";
            } else {
                downloader.files.link(local.get(), link);
                if (downloader.files.linkCount(link) > 1) {
                    meter.onBegun(file, 0);
                    right = isRight(link);
                } else {
                    reason = "names are not counted on this file system";
                }
            }
        } catch (IOException e) {
            reason = e.toString();
        }
        if (!right) {
            LOG.info("{}: is copied and not linked: {}", source.filePath(file), reason);
            downloader.files.delete(link);
            return false;
        }
        deletePart();
        downloader.files.rename(link, directory.file(file.name()));
        downloader.files.syncDirectory(directory.path());
        claim.written(file.size());
        return true;
    }

    /** Nothing is written to the file, as that would be to the store's; but an engine that takes it over opens it so. */
    private boolean isRight(Path link) throws StoppedException, IOException {
        try (FileSystem.File linked = downloader.files.open(link)) {
            boolean right = linked.size() == file.size() && hashLinked(linked);
            linked.sync();
            return right;
        }
    }

    private boolean hashLinked(FileSystem.File linked) throws StoppedException, IOException {
        resetHashes();
        hash(linked, file.size(), bytes -> {
            downloader.throttle.acquire(bytes, stop);
            meter.onFetched(file, bytes);
        });
        String fault = fault();
        if (fault.isEmpty()) {
            copy.onRight(file, crc.getValue());
        } else {
            LOG.warn("{}: {}", source.filePath(file), fault);
        }
        return fault.isEmpty();
    }

    private void copy() throws SourceException, StoppedException, IOException {
        int wrongFetches = 0;
        boolean mayBeRelayed = true;
        while (true) {
            String fault;
            boolean fetchedAll;
            try (FileSystem.File target = openPart()) {
                long present = hashPart(target);
                meter.onBegun(file, present);
                long relayed = mayBeRelayed ? fetchByRelay(present, target) : present;
                fetchedAll = relayed == 0;
                if (relayed == file.size() && isRightByRelay(relayed > present)) {
                    fault = "";
                } else {
                    hashRelayed(present, relayed, target);
                    fault = fetchFromStore(relayed, target);
                }
                if (fault.isEmpty()) {
                    copy.onRight(file, crc.getValue());
                    target.sync();
                }
            }
            if (fault.isEmpty()) {
                downloader.files.rename(part, directory.file(file.name()));
                downloader.files.syncDirectory(directory.path());
                return;
            }
            deletePart();
            // A part that an earlier attempt left may be wrong itself, after a loss of power, and so may what another
            // member
            // had: that says nothing of the store.
            wrongFetches += fetchedAll ? 1 : 0;
            mayBeRelayed = false;
            LOG.warn("{}: {}", source.filePath(file), fault);
            if (wrongFetches >= WRONG_FETCHES_MAX) {
                throw SourceException.damaged(source.filePath(file), fault);
            }
            stop.sleep(downloader.options.backoffMs());
        }
    }

    /** Returns how far the relay brought it. */
    private long fetchByRelay(long from, FileSystem.File target) throws StoppedException, IOException {
        long written = from;
        while (written < file.size()) {
            int wanted = (int) Math.min(StagedCopy.PART_BYTES_MAX, file.size() - written);
            Optional<ByteBuffer> content = relay.read(file, written, wanted, stop);
            if (content.isEmpty()) {
                break;
            }
            int length = content.get().remaining();
            downloader.throttle.acquire(length, stop);
            crc.update(content.get().duplicate());
            target.write(content.get(), written);
            onWritten(length);
            meter.onRelayed(file, length);
            written += length;
        }
        return written;
    }

    /** The member that read the store has compared what the manifest says: what is the same there need not be hashed again. */
    private boolean isRightByRelay(boolean wasRelayed) throws StoppedException {
        if (!wasRelayed || !file.hasMd5()) {
            return false;
        }
        OptionalLong expected = relay.findChecksum(file, stop);
        return expected.isPresent() && expected.getAsLong() == crc.getValue();
    }

    /** The digest lacks what the relay brought. */
    private void hashRelayed(long from, long to, FileSystem.File target) throws IOException, StoppedException {
        if (to > from && file.hasMd5()) {
            resetHashes();
            hash(target, to, bytes -> {});
        }
    }

    private void onWritten(int bytes) {
        claim.written(bytes);
        copy.onMoved(bytes);
    }

    private void resetHashes() {
        digest.reset();
        crc.reset();
    }

    private String fault() {
        if (!file.hasMd5()) {
            return "";
        }
        String found = HexFormat.of().formatHex(digest.digest());
        return found.equals(file.md5()) ? "" : "expected md5 " + file.md5() + ", found " + found;
    }

    private void deletePart() throws IOException {
        if (downloader.files.exists(part)) {
            long present = downloader.files.size(part);
            downloader.files.delete(part);
            claim.deleted(Math.min(present, file.size()));
        }
    }

    private FileSystem.File openPart() throws IOException {
        return downloader.files.exists(part) ? downloader.files.open(part) : downloader.files.create(part);
    }

    /** Hashes what an earlier attempt has written, and returns how much that is. */
    private long hashPart(FileSystem.File target) throws IOException, StoppedException {
        resetHashes();
        long present = target.size();
        if (present > file.size()) {
            target.truncate(0);
            claim.deleted(file.size());
            return 0;
        }
        hash(target, present, bytes -> {});
        return present;
    }

    private void hash(FileSystem.File from, long end, ReadListener listener) throws IOException, StoppedException {
        byte[] buffer = downloader.buffers.take();
        try {
            long position = 0;
            while (position < end) {
                stop.throwIfStopped();
                int wanted = (int) Math.min(Math.min(buffer.length, READ_BYTES), end - position);
                listener.beforeRead(wanted);
                int read = from.read(ByteBuffer.wrap(buffer, 0, wanted), position);
                if (read <= 0) {
                    throw new IOException(file.name() + ": ends at " + position + ", expected " + end + " bytes");
                }
                update(buffer, read);
                // Who reads from here is not to take it for standing still.
                copy.onMoved(read);
                position += read;
            }
        } finally {
            downloader.buffers.giveBack(buffer);
        }
    }

    private void update(byte[] bytes, int length) {
        if (file.hasMd5()) {
            digest.update(bytes, 0, length);
        }
        crc.update(bytes, 0, length);
    }

    /** Fetches the rest; returns what is wrong with the whole, empty if nothing is. */
    private String fetchFromStore(long from, FileSystem.File target)
            throws SourceException, StoppedException, IOException {
        if (from < file.size() || from == 0) {
            long size = sizeInStore();
            if (size != file.size()) {
                return "expected " + file.size() + " bytes, found " + size;
            }
            fetchPieces(from, target);
        }
        return fault();
    }

    private void fetchPieces(long from, FileSystem.File target) throws SourceException, StoppedException, IOException {
        StopSignal pieceStop = new StopSignal();
        Deque<CompletableFuture<Piece>> window = new ArrayDeque<>();
        try (StopSignal.Registration ignored = stop.onStop(pieceStop::stop)) {
            long begun = from;
            long written = from;
            while (written < file.size()) {
                stop.throwIfStopped();
                while (window.size() < downloader.options.piecesPerFile() && begun < file.size()) {
                    int length = (int) Math.min(pieceBytes(), file.size() - begun);
                    long offset = begun;
                    window.addLast(CompletableFuture.supplyAsync(
                            () -> fetchPiece(offset, length, pieceStop), downloader.readers));
                    begun += length;
                }
                Piece piece = join(window.removeFirst());
                try {
                    target.write(ByteBuffer.wrap(piece.buffer, 0, piece.length), written);
                    onWritten(piece.length);
                    update(piece.buffer, piece.length);
                    written += piece.length;
                } finally {
                    downloader.buffers.giveBack(piece.buffer);
                }
            }
        } finally {
            pieceStop.stop();
            // Nothing of this file may run once the caller believes that it ended.
            window.forEach(piece -> piece.handle((ignored, alsoIgnored) -> true).join());
        }
    }

    private int pieceBytes() {
        long rate = downloader.throttle.bytesPerSecondMax();
        int bytes = downloader.options.pieceBytes();
        return rate == 0 ? bytes : (int) Math.min(bytes, Math.max(READ_BYTES, rate / PIECES_PER_SECOND));
    }

    private Piece join(CompletableFuture<Piece> piece) throws SourceException, StoppedException {
        try {
            return piece.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof PieceFailure failure
                    && failure.getCause() instanceof BlockStoreException storeFailure) {
                throw PartitionSource.asSourceException(source.filePath(file), storeFailure);
            }
            if (cause instanceof PieceFailure failure && failure.getCause() instanceof StoppedException) {
                throw new StoppedException();
            }
            throw e;
        }
    }

    /** Runs in a reader thread. */
    private Piece fetchPiece(long offset, int length, StopSignal pieceStop) {
        byte[] buffer = downloader.buffers.take();
        try {
            readPiece(offset, buffer, length, pieceStop);
            return new Piece(buffer, length);
        } catch (BlockStoreException | StoppedException e) {
            downloader.buffers.giveBack(buffer);
            throw new PieceFailure(e);
        }
    }

    private void readPiece(long offset, byte[] buffer, int length, StopSignal pieceStop)
            throws BlockStoreException, StoppedException {
        int done = 0;
        int failures = 0;
        while (true) {
            pieceStop.throwIfStopped();
            BlockStoreException failure;
            try (InputStream in = source.open(file, offset + done, length - done);
                    StopSignal.Registration ignored = pieceStop.onStop(() -> closeToEndARead(in))) {
                while (done < length) {
                    int wanted = Math.min(READ_BYTES, length - done);
                    downloader.throttle.acquire(wanted, pieceStop);
                    int read = in.readNBytes(buffer, done, wanted);
                    done += read;
                    meter.onFetched(file, read);
                    if (read < wanted) {
                        throw new BlockStoreException(
                                BlockStoreException.Kind.TRANSIENT,
                                source.filePath(file) + ": short read, ended at " + (offset + done) + " of "
                                        + file.size() + " bytes");
                    }
                }
                return;
            } catch (BlockStoreException e) {
                failure = e;
            } catch (IOException e) {
                failure = new BlockStoreException(
                        BlockStoreException.Kind.TRANSIENT, source.filePath(file) + ": " + e.getMessage(), e);
            }
            pieceStop.throwIfStopped();
            failures++;
            giveUpOrWait(failure, failures, pieceStop);
        }
    }

    private long sizeInStore() throws SourceException, StoppedException {
        int failures = 0;
        while (true) {
            try {
                return source.store().size(source.filePath(file));
            } catch (BlockStoreException e) {
                failures++;
                try {
                    giveUpOrWait(e, failures, stop);
                } catch (BlockStoreException last) {
                    throw PartitionSource.asSourceException(source.filePath(file), last);
                }
            }
        }
    }

    private void giveUpOrWait(BlockStoreException failure, int failures, StopSignal until)
            throws BlockStoreException, StoppedException {
        int attemptsMax = switch (failure.kind()) {
            case TRANSIENT -> downloader.options.attemptsMax();
            case NOT_FOUND -> Math.min(NOT_FOUND_ATTEMPTS_MAX, downloader.options.attemptsMax());
            case PERMANENT -> 1;
        };
        if (failures >= attemptsMax) {
            throw failure;
        }
        LOG.info("attempt {} of {} failed, trying again: {}", failures, attemptsMax, failure.getMessage());
        until.sleep(downloader.options.backoffMs(failures));
    }

    private void closeToEndARead(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("{}: closing a stream to end its read: {}", source.filePath(file), e.getMessage());
        }
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /** Hears of each read before it happens, and may make it wait. */
    private interface ReadListener {
        void beforeRead(int bytes) throws StoppedException;
    }

    private static final class Piece {
        private final byte[] buffer;
        private final int length;

        Piece(byte[] buffer, int length) {
            this.buffer = buffer;
            this.length = length;
        }
    }

    /** Carries what ended a piece out of the reader's thread. */
    private static final class PieceFailure extends RuntimeException {
        PieceFailure(Exception cause) {
            super(cause);
        }
    }
}
