package dev.sluice.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;

/** What this process holds more than when the watch began: at most outside the heap, and in the end in it. */
final class MemoryWatch {
    private final long heapBytes = heapBytes();
    private final long directBytes = PlatformDependent.usedDirectMemory();
    private long directBytesMax = directBytes;

    MemoryWatch() {
        assertThat(directBytes).as("direct memory, if it is counted").isNotNegative();
    }

    void look() {
        directBytesMax = Math.max(directBytesMax, PlatformDependent.usedDirectMemory());
    }

    void requireNoMoreThan(long bytes) {
        assertThat(directBytesMax - directBytes).as("growth of direct memory").isLessThanOrEqualTo(bytes);
        assertThat(heapBytes() - heapBytes).as("growth of the heap").isLessThanOrEqualTo(bytes);
    }

    /** What is in use behind a full collection. */
    private static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public String toString() {
        return "direct memory " + directBytes + " bytes before, " + directBytesMax + " at most";
    }
}
