package dev.sluice.common.file.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a name stands for: now, and after a crash. */
sealed interface Node {
    /** Forgets what was not made durable; with a source of chance, only some of it. */
    void crash(@Nullable Random chance);

    /** Names of a directory. */
    final class Directory implements Node {
        final TreeMap<String, Node> entries = new TreeMap<>();
        private TreeMap<String, Node> durable = new TreeMap<>();

        void sync() {
            durable = new TreeMap<>(entries);
        }

        @Override
        public void crash(@Nullable Random chance) {
            if (chance != null && chance.nextBoolean()) {
                sync();
            }
            entries.clear();
            entries.putAll(durable);
            entries.values().forEach(node -> node.crash(chance));
        }
    }

    /** Bytes of a file, which may have several names. */
    final class Content implements Node {
        private byte[] bytes = new byte[0];
        private int size;
        private byte[] durable = new byte[0];
        /** Changes since the last sync, oldest first. */
        private final List<Change> changes = new ArrayList<>();

        /** Bytes written at a position; null: cut or extended to it. */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        private record Change(int position, byte @Nullable [] written) {}

        int size() {
            return size;
        }

        void write(int position, byte[] written) {
            changes.add(new Change(position, written));
            put(position, written);
        }

        void truncate(int newSize) {
            changes.add(new Change(newSize, null));
            resize(newSize);
        }

        /** Bytes from a position on, at most so many; none behind the end. */
        byte[] read(long position, int lengthMax) {
            if (position >= size) {
                return new byte[0];
            }
            int from = (int) position;
            return Arrays.copyOfRange(bytes, from, from + Math.min(lengthMax, size - from));
        }

        void sync() {
            durable = Arrays.copyOf(bytes, size);
            changes.clear();
        }

        @Override
        public void crash(@Nullable Random chance) {
            bytes = durable.clone();
            size = durable.length;
            int kept = chance == null ? 0 : chance.nextInt(changes.size() + 1);
            for (int i = 0; i < kept; i++) {
                apply(changes.get(i), chance != null && i == kept - 1 ? chance : null);
            }
            sync();
        }

        private void apply(Change change, @Nullable Random tearing) {
            byte[] written = change.written();
            if (written == null) {
                resize(change.position());
            } else {
                put(
                        change.position(),
                        tearing == null ? written : Arrays.copyOf(written, tearing.nextInt(written.length + 1)));
            }
        }

        private void put(int position, byte[] written) {
            if (position + written.length > size) {
                resize(position + written.length);
            }
            System.arraycopy(written, 0, bytes, position, written.length);
        }

        private void resize(int newSize) {
            if (newSize > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(newSize, bytes.length * 2));
            } else if (newSize < size) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
            }
            size = newSize;
        }
    }
}
