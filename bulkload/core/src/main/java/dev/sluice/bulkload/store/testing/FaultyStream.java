package dev.sluice.bulkload.store.testing;

import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An answer of a store in whose middle something goes wrong. */
final class FaultyStream extends FilterInputStream {
    private final String path;
    private final StoreFault fault;
    private final long faultAt;
    private long given;

    /** @param length bytes of the whole answer */
    FaultyStream(InputStream in, String path, long length, StoreFault fault) {
        super(in);
        this.path = path;
        this.fault = fault;
        this.faultAt = length / 2;
    }

    /** What goes wrong before there is an answer. */
    static void throwAtOnce(String path, StoreFault fault) throws BlockStoreException {
        switch (fault) {
            case TIME_OUT -> throw new BlockStoreException(Kind.TRANSIENT, path + ": no answer in time");
            case THROTTLED -> throw new BlockStoreException(Kind.TRANSIENT, path + ": slow down");
            case NOT_FOUND_AFTER_LIST -> throw new BlockStoreException(Kind.NOT_FOUND, path + ": no such file");
            case DENIED -> throw new BlockStoreException(Kind.PERMANENT, path + ": permission denied");
            case RESET, SHORT_READ, FLIPPED_BIT -> {
                // These begin like a good answer.
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        boolean here = given <= faultAt && given + length > faultAt;
        if (here && fault == StoreFault.RESET) {
            throw new BlockStoreException(Kind.TRANSIENT, path + ": connection reset");
        }
        if (here && fault == StoreFault.SHORT_READ) {
            return -1;
        }
        int read = in.read(target, offset, length);
        if (read > 0) {
            if (here && fault == StoreFault.FLIPPED_BIT && faultAt - given < read) {
                target[offset + (int) (faultAt - given)] ^= 1;
            }
            given += read;
        }
        return read;
    }
}
