package dev.sluice.bulkload.rows;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/** Merges sorted rows. Of rows with the same key the one of the last input stays; the others are counted. */
public final class MergeCursor implements RowCursor {
    private final PriorityQueue<Input> inputs = new PriorityQueue<>();
    private byte[] key = new byte[0];
    private byte[] value = new byte[0];
    private long duplicates;

    /** The cursors in the order of the input. */
    public MergeCursor(List<? extends RowCursor> cursors) throws IOException {
        for (int i = 0; i < cursors.size(); i++) {
            if (cursors.get(i).next()) {
                inputs.add(new Input(cursors.get(i), i));
            }
        }
    }

    @Override
    public boolean next() throws IOException {
        Input newest = inputs.poll();
        if (newest == null) {
            return false;
        }
        key = newest.key;
        value = newest.cursor.value();
        advance(newest);
        Input same;
        while ((same = inputs.peek()) != null && Arrays.equals(same.key, key)) {
            inputs.poll();
            duplicates++;
            advance(same);
        }
        return true;
    }

    @Override
    public byte[] key() {
        return key;
    }

    @Override
    public byte[] value() {
        return value;
    }

    /** Rows that were left out so far. */
    public long duplicates() {
        return duplicates;
    }

    private void advance(Input input) throws IOException {
        if (input.cursor.next()) {
            input.key = input.cursor.key();
            inputs.add(input);
        }
    }

    private static final class Input implements Comparable<Input> {
        private final RowCursor cursor;
        private final int order;
        private byte[] key;

        Input(RowCursor cursor, int order) throws IOException {
            this.cursor = cursor;
            this.order = order;
            this.key = cursor.key();
        }

        @Override
        public int compareTo(Input other) {
            int byKey = Arrays.compareUnsigned(key, other.key);
            return byKey != 0 ? byKey : Integer.compare(other.order, order);
        }
    }
}
