package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The answer to a read of a part. Closed at its end it gives its connection back; closed before, it ends the connection, so
 * that a read that waits in another thread ends too, and nothing is fetched that nobody wants.
 */
final class S3RangeStream extends InputStream {
    private final ResponseInputStream<GetObjectResponse> in;
    private final String path;
    private final S3Failures failures;
    private final long expected;
    private final boolean longer;
    private volatile long given;
    private volatile boolean closed;

    /**
     * @param length bytes that were asked for
     * @param answered bytes that the store promises; null if it does not say
     */
    S3RangeStream(
            ResponseInputStream<GetObjectResponse> in,
            String path,
            long length,
            @Nullable Long answered,
            S3Failures failures) {
        this.in = in;
        this.path = path;
        this.failures = failures;
        this.expected = answered == null ? length : Math.min(length, answered);
        this.longer = answered == null || answered > length;
    }

    @Override
    public int read() throws BlockStoreException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws BlockStoreException {
        if (closed) {
            throw new BlockStoreException(Kind.TRANSIENT, path + ": the stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        long before = given;
        if (before == expected) {
            return -1;
        }
        try {
            int read = in.read(target, offset, (int) Math.min(length, expected - before));
            if (read > 0) {
                given = before + read;
            }
            return read;
        } catch (IOException | RuntimeException e) {
            if (closed) {
                throw new BlockStoreException(Kind.TRANSIENT, path + ": the stream is closed", e);
            }
            throw failures.of(path, e);
        }
    }

    @Override
    public void close() throws BlockStoreException {
        if (closed) {
            return;
        }
        closed = true;
        if (longer || given < expected) {
            in.abort();
            return;
        }
        try {
            in.close();
        } catch (IOException e) {
            throw failures.of(path, e);
        }
    }
}
