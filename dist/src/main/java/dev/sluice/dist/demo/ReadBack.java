package dev.sluice.dist.demo;

import dev.sluice.client.EscapedBytes;
import dev.sluice.client.Table;
import dev.sluice.common.data.StoredKey;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads rows back through the client and compares them with what they should be, many requests at a time. For one thread.
 *
 * <p>An input may have one key several times, and the last one counts. A row that differs is kept until a later row of its
 * key agrees; what is left at the end is wrong. So memory is needed for keys that stand twice: an input with many of them is
 * read in several passes, each for its share of the keys. More rows than are kept are wrong for sure.
 */
final class ReadBack {
    private static final int REQUESTS_IN_FLIGHT_MAX = 256;
    private static final int EXAMPLES_MAX = 5;
    /** Of a row that differs; its key is kept as it is. */
    private static final int EXAMPLE_CHARS_MAX = 200;
    /** Twice what a pass expects, because keys are not spread quite evenly. */
    private static final int DIFFERENT_MAX = 200_000;

    private final Table table;
    private final int pass;
    private final int passes;
    private final int differentMax;
    private final Deque<Pending> inFlight = new ArrayDeque<>();
    private final Map<ByteBuffer, String> wrong = new LinkedHashMap<>();

    private boolean tooMany;

    private ReadBack(Table table, int pass, int passes, int differentMax) {
        this.table = table;
        this.pass = pass;
        this.passes = passes;
        this.differentMax = differentMax;
    }

    /** Passes over an input in which so many rows have a key that stands once more. */
    static List<ReadBack> passes(Table table, long duplicates) {
        return passes(table, duplicates, DIFFERENT_MAX);
    }

    /** @param differentMax rows that are kept in each pass */
    static List<ReadBack> passes(Table table, long duplicates, int differentMax) {
        int passes = Math.toIntExact(1 + duplicates / Math.max(1, differentMax / 2));
        return IntStream.range(0, passes)
                .mapToObj(pass -> new ReadBack(table, pass, passes, differentMax))
                .toList();
    }

    /** True if this pass is the one for rows of that key. */
    boolean isFor(byte[] hashKey, byte[] sortKey) {
        return passes == 1 || Math.floorMod(Arrays.hashCode(StoredKey.of(hashKey, sortKey)), passes) == pass;
    }

    /** Compares a row of the input with the table; waits while too many are on their way. */
    void expect(byte[] hashKey, byte[] sortKey, byte[] value) {
        if (inFlight.size() >= REQUESTS_IN_FLIGHT_MAX) {
            compare(inFlight.remove());
        }
        inFlight.add(new Pending(hashKey, sortKey, value, table.get(hashKey, sortKey)));
    }

    /** Waits for what is on its way; returns how many rows are wrong, at least. */
    long finish() {
        while (!inFlight.isEmpty()) {
            compare(inFlight.remove());
        }
        return tooMany ? Math.max(differentMax, wrong.size()) : wrong.size();
    }

    /** The first rows that are wrong, a line each. */
    String examples() {
        return wrong.values().stream().limit(EXAMPLES_MAX).collect(Collectors.joining("\n"));
    }

    /** In the order of the input, so that the last row of a key has the last word. */
    private void compare(Pending row) {
        Optional<byte[]> found = row.found.join();
        ByteBuffer key = ByteBuffer.wrap(StoredKey.of(row.hashKey, row.sortKey));
        if (found.isPresent() && Arrays.equals(found.get(), row.value)) {
            wrong.remove(key);
        } else if (wrong.size() < differentMax || wrong.containsKey(key)) {
            wrong.put(key, row.describe(found));
        } else {
            tooMany = true;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pending(byte[] hashKey, byte[] sortKey, byte[] value, CompletableFuture<Optional<byte[]>> found) {
        String describe(Optional<byte[]> actual) {
            String key = EscapedBytes.print(hashKey) + " : " + EscapedBytes.print(sortKey);
            return shortened(key) + ": expected \"" + shortened(EscapedBytes.print(value)) + "\", found "
                    + actual.map(bytes -> "\"" + shortened(EscapedBytes.print(bytes)) + "\"")
                            .orElse("no row");
        }

        private static String shortened(String text) {
            return text.length() <= EXAMPLE_CHARS_MAX ? text : text.substring(0, EXAMPLE_CHARS_MAX) + "…";
        }
    }
}
