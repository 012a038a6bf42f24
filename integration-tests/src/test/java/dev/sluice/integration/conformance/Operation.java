package dev.sluice.integration.conformance;

import dev.sluice.common.data.StoredValue;
import dev.sluice.wire.Blob;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request of a table: {@code verb positional… name=value… flag… @option=value}. */
final class Operation {
    private final String verb;
    private final List<String> positional = new ArrayList<>();
    private final Map<String, String> named = new LinkedHashMap<>();
    private final Set<String> askedFor = new HashSet<>();
    private int positionsAskedFor;

    Operation(List<String> words) {
        verb = words.get(0);
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            boolean isNamed = equals > 0 && word.substring(0, equals).matches("@?[a-z_]+");
            if (isNamed) {
                named.put(word.substring(0, equals), word.substring(equals + 1));
            } else if (word.startsWith("@") || word.startsWith("+")) {
                named.put(word, "");
            } else {
                positional.add(word);
            }
        }
    }

    String verb() {
        return verb;
    }

    String positional(int index) {
        positionsAskedFor = Math.max(positionsAskedFor, index + 1);
        return positional.get(index);
    }

    byte[] bytes(int index) {
        positionsAskedFor = Math.max(positionsAskedFor, index + 1);
        return Words.bytes(index < positional.size() ? positional.get(index) : "");
    }

    /** Words that nobody asked for: misspelt, or of another verb. */
    List<String> ignored() {
        List<String> ignored = new ArrayList<>(named.keySet());
        ignored.removeAll(askedFor);
        ignored.addAll(positional.subList(Math.min(positionsAskedFor, positional.size()), positional.size()));
        return ignored;
    }

    Blob blob(int index) {
        return Blob.of(bytes(index));
    }

    @Nullable
    String find(String name) {
        askedFor.add(name);
        return named.get(name);
    }

    boolean has(String flag) {
        return find(flag) != null;
    }

    Blob blob(String name) {
        String text = find(name);
        return Blob.of(Words.bytes(text == null ? "" : text));
    }

    long number(String name, long absent) {
        String text = find(name);
        return text == null ? absent : Long.decode(text);
    }

    int integer(String name, int absent) {
        return (int) number(name, absent);
    }

    List<String> list(int index) {
        return Words.elements(positional(index));
    }

    /** Seconds of the clock of expiry: a number, or {@code now+100}, {@code now-1}. */
    int expiry(String name) {
        String text = find(name);
        return expiryOf(text == null ? "0" : text);
    }

    static int expiryOf(String text) {
        return text.startsWith("now")
                ? StoredValue.expiryNow(System.currentTimeMillis())
                        + (text.length() == 3 ? 0 : Integer.parseInt(text.substring(3)))
                : (int) Long.parseLong(text);
    }

    /** The stored key of {@code hash:sort}, or raw bytes behind {@code raw:}. */
    static byte[] storedKey(String text) {
        if (text.startsWith("raw:")) {
            return Words.bytes(text.substring(4));
        }
        String[] pair = Words.pair(text);
        return storedKey(Words.bytes(pair[0]), Words.bytes(pair[1]));
    }

    static byte[] storedKey(byte[] hashKey, byte[] sortKey) {
        byte[] key = new byte[2 + hashKey.length + sortKey.length];
        key[0] = (byte) (hashKey.length >>> 8);
        key[1] = (byte) hashKey.length;
        System.arraycopy(hashKey, 0, key, 2, hashKey.length);
        System.arraycopy(sortKey, 0, key, 2 + hashKey.length, sortKey.length);
        return key;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s %s", verb, positional, named);
    }
}
