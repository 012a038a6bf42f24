package dev.sluice.replica.log;

import java.util.Arrays;

/** Where each decree of a log stands: segment and offset. Decrees follow each other without a gap. */
final class DecreeIndex {
    private long firstDecree;
    private int size;
    private int start;
    private long[] sequences = new long[16];
    private int[] offsets = new int[16];

    DecreeIndex(long lastDecree) {
        firstDecree = lastDecree + 1;
    }

    long firstDecree() {
        return firstDecree;
    }

    long lastDecree() {
        return firstDecree + size - 1;
    }

    boolean contains(long decree) {
        return decree >= firstDecree && decree <= lastDecree();
    }

    /** Adds the decree behind the last one. */
    void add(long sequence, int offset) {
        if (size == sequences.length) {
            grow();
        }
        int slot = (start + size) & (sequences.length - 1);
        sequences[slot] = sequence;
        offsets[slot] = offset;
        size++;
    }

    long sequence(long decree) {
        return sequences[slot(decree)];
    }

    int offset(long decree) {
        return offsets[slot(decree)];
    }

    /** Forgets what is behind the decree; one that is before all of them empties the index there. */
    void dropAfter(long decree) {
        if (decree < firstDecree - 1) {
            restartAfter(decree);
        } else if (decree < lastDecree()) {
            size = (int) (decree - firstDecree + 1);
        }
    }

    /** Forgets what stands in segments before this one, from the first decree on. */
    void dropSegmentsBefore(long sequence) {
        while (size > 0 && sequences[start] < sequence) {
            start = (start + 1) & (sequences.length - 1);
            firstDecree++;
            size--;
        }
    }

    void restartAfter(long decree) {
        firstDecree = decree + 1;
        size = 0;
        start = 0;
    }

    private int slot(long decree) {
        if (!contains(decree)) {
            throw new IllegalArgumentException(
                    "decree " + decree + ", expected " + firstDecree + " to " + lastDecree());
        }
        return (int) (start + (decree - firstDecree)) & (sequences.length - 1);
    }

    private void grow() {
        long[] newSequences = Arrays.copyOfRange(sequences, start, start + sequences.length * 2);
        int[] newOffsets = Arrays.copyOfRange(offsets, start, start + offsets.length * 2);
        System.arraycopy(sequences, 0, newSequences, sequences.length - start, start);
        System.arraycopy(offsets, 0, newOffsets, offsets.length - start, start);
        sequences = newSequences;
        offsets = newOffsets;
        start = 0;
    }
}
