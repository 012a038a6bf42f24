package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects one part in memory. A file that fits into it goes out as one, at the commit. */
final class S3Writer extends BlockWriter {
    private static final int BUFFER_BYTES_MIN = 64 * 1024;

    private final S3BlockStore store;
    private final String path;
    private final String key;
    private final int partBytes;
    private byte[] buffer;
    private int buffered;
    private @Nullable S3Upload upload;
    private boolean broken;
    private boolean ended;

    S3Writer(S3BlockStore store, String path, String key, int partBytes) {
        this.store = store;
        this.path = path;
        this.key = key;
        this.partBytes = partBytes;
        this.buffer = new byte[Math.min(partBytes, BUFFER_BYTES_MIN)];
    }

    @Override
    public void write(int value) throws BlockStoreException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws BlockStoreException {
        requireOpen();
        int done = 0;
        while (done < length) {
            if (buffered == partBytes) {
                sendPart();
            }
            int taken = Math.min(length - done, partBytes - buffered);
            if (buffered + taken > buffer.length) {
                long doubled = Math.max(2L * buffer.length, (long) buffered + taken);
                buffer = Arrays.copyOf(buffer, (int) Math.min(doubled, partBytes));
            }
            System.arraycopy(source, offset + done, buffer, buffered, taken);
            buffered += taken;
            done += taken;
        }
    }

    @Override
    public void commit() throws BlockStoreException {
        requireOpen();
        if (upload == null) {
            store.put(path, key, S3BlockStore.body(buffer, buffered));
        } else {
            sendPart();
            upload.complete(false);
        }
        end();
    }

    @Override
    public void commitNew() throws BlockStoreException {
        requireOpen();
        if (upload == null) {
            store.putNew(path, key, buffer, buffered);
        } else {
            sendPart();
            upload.complete(true);
        }
        end();
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        if (upload != null) {
            upload.close();
        }
        end();
    }

    private void end() {
        ended = true;
        buffer = new byte[0];
    }

    private void sendPart() throws BlockStoreException {
        broken = true;
        S3Upload to = upload;
        if (to == null) {
            to = S3Upload.begin(store, path, key);
            upload = to;
        }
        to.add(S3BlockStore.body(buffer, buffered));
        buffered = 0;
        broken = false;
    }

    /** After a part that was not taken it is not known any more what the file would have in it. */
    private void requireOpen() throws BlockStoreException {
        if (ended) {
            throw store.failures().permanent(path, "the writer is closed", null);
        }
        if (broken) {
            throw store.failures().brokenOff(path, "an earlier write failed, the file is to be written again", null);
        }
    }
}
