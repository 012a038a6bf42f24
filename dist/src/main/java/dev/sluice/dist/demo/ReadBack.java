package dev.sluice.dist.demo;

import dev.sluice.client.EscapedBytes;
import dev.sluice.client.Table;
import dev.sluice.common.data.StoredKey;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Reads rows back through the client and compares them with what they should be, many requests at a time. For one thread.
 *
 * <p>An input may have one key several times, and the last one counts. A row that differs is kept until a later row of its
 * key agrees; what is left at the end is wrong. So memory is needed for keys that stand twice, not for all.
 */
final class ReadBack {
    private static final int REQUESTS_IN_FLIGHT_MAX = 256;
    private static final int EXAMPLES_MAX = 5;

    private final Table table;
    private final Deque<Pending> inFlight = new ArrayDeque<>();
    private final Map<ByteBuffer, String> wrong = new LinkedHashMap<>();

    ReadBack(Table table) {
        this.table = table;
    }

    /** Compares a row of the input with the table; waits while too many are on their way. */
    void expect(byte[] hashKey, byte[] sortKey, byte[] value) {
        if (inFlight.size() >= REQUESTS_IN_FLIGHT_MAX) {
            compare(inFlight.remove());
        }
        inFlight.add(new Pending(hashKey, sortKey, value, table.get(hashKey, sortKey)));
    }

    /** Waits for what is on its way; returns how many rows are wrong. */
    long finish() {
        while (!inFlight.isEmpty()) {
            compare(inFlight.remove());
        }
        return wrong.size();
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
        } else {
            wrong.put(key, row.describe(found));
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pending(byte[] hashKey, byte[] sortKey, byte[] value, CompletableFuture<Optional<byte[]>> found) {
        String describe(Optional<byte[]> actual) {
            return EscapedBytes.print(hashKey) + " : " + EscapedBytes.print(sortKey) + ": expected \""
                    + EscapedBytes.print(value) + "\", found "
                    + actual.map(bytes -> "\"" + EscapedBytes.print(bytes) + "\"")
                            .orElse("no row");
        }
    }
}
