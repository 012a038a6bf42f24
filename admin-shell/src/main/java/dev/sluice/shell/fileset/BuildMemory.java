package dev.sluice.shell.fileset;

import dev.sluice.shell.Figures;

/**
 * Divides the memory that a process may take as a whole: Java itself (classes, compiled code, stacks, the youngest objects)
 * takes a part that does not grow with the input, and the build has the rest. Measured for the options that {@code bin/sluice}
 * gives to Java for file sets.
 */
final class BuildMemory {
    private static final long JAVA_BYTES = 144L << 20;
    private static final long BUILD_BYTES_MIN = 16L << 20;
    private static final int HEAP_PERCENT_MAX = 90;

    private BuildMemory() {}

    /**
     * Bytes for the build. Throws {@link IllegalArgumentException} if the process is to have too few, or more than a heap of
     * at most so many bytes allows.
     */
    static long of(ByteSize process, long heapBytesMax) {
        long bytes = process.bytes() - JAVA_BYTES;
        if (bytes < BUILD_BYTES_MIN) {
            throw new IllegalArgumentException("--memory: " + Figures.bytes(process.bytes()) + ", expected "
                    + Figures.bytes(JAVA_BYTES + BUILD_BYTES_MIN)
                    + " or more: it is for the whole process, of which Java takes "
                    + Figures.bytes(JAVA_BYTES));
        }
        long possible = heapBytesMax / 100 * HEAP_PERCENT_MAX;
        if (bytes > possible) {
            throw new IllegalArgumentException("--memory: " + Figures.bytes(process.bytes()) + ", at most "
                    + Figures.bytes(JAVA_BYTES + possible)
                    + " are possible here: this is what the machine has, or what SLUICE_JAVA_OPTIONS (-Xmx) allow");
        }
        return bytes;
    }
}
