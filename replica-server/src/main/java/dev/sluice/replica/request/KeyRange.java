package dev.sluice.replica.request;

import dev.sluice.common.data.StoredKey;
import java.util.Arrays;

/** Stored keys from one to another, each end in or out. Empty stop: no upper end. */
final class KeyRange {
    private byte[] start;
    private boolean startInclusive;
    private byte[] stop;
    private boolean stopInclusive;

    KeyRange(byte[] start, boolean startInclusive, byte[] stop, boolean stopInclusive) {
        this.start = start;
        this.startInclusive = startInclusive;
        this.stop = stop;
        this.stopInclusive = stopInclusive;
    }

    /** Raises the start to a key, which is in. */
    void startAtLeast(byte[] key) {
        if (Arrays.compareUnsigned(start, key) < 0) {
            start = key;
            startInclusive = true;
        }
    }

    /** Keeps only keys with that prefix. */
    void keepPrefix(byte[] prefix) {
        startAtLeast(prefix);
        byte[] behind = StoredKey.after(prefix);
        if (behind.length > 0 && (stop.length == 0 || Arrays.compareUnsigned(stop, behind) >= 0)) {
            stop = behind;
            stopInclusive = false;
        }
    }

    boolean isEmpty() {
        if (stop.length == 0) {
            return false;
        }
        int order = Arrays.compareUnsigned(start, stop);
        return order > 0 || (order == 0 && !(startInclusive && stopInclusive));
    }

    boolean reachesTo(byte[] key) {
        if (stop.length == 0) {
            return true;
        }
        int order = Arrays.compareUnsigned(key, stop);
        return order < 0 || (order == 0 && stopInclusive);
    }

    boolean beginsBefore(byte[] key) {
        int order = Arrays.compareUnsigned(start, key);
        return order < 0 || (order == 0 && startInclusive);
    }

    byte[] start() {
        return start;
    }

    byte[] stop() {
        return stop;
    }
}
