package dev.sluice.bulkload.transfer;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Buffers of one size that are used again: arrays this large are costly to allocate and to collect. */
final class BufferPool {
    private final ConcurrentLinkedQueue<byte[]> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger kept = new AtomicInteger();
    private final int bytes;
    private final int keptMax;

    BufferPool(int bytes, int keptMax) {
        this.bytes = bytes;
        this.keptMax = keptMax;
    }

    byte[] take() {
        byte[] buffer = free.poll();
        if (buffer == null) {
            return new byte[bytes];
        }
        kept.decrementAndGet();
        return buffer;
    }

    void giveBack(byte[] buffer) {
        if (kept.incrementAndGet() <= keptMax) {
            free.add(buffer);
        } else {
            kept.decrementAndGet();
        }
    }
}
