package dev.sluice.replica.request;

import dev.sluice.wire.data.FilterType;
import java.util.Arrays;

/** Which keys a reader wants to see. An empty pattern lets all pass. */
final class KeyFilter {
    private final FilterType type;
    private final byte[] pattern;

    KeyFilter(FilterType type, byte[] pattern) {
        this.type = type;
        this.pattern = pattern;
    }

    boolean isPrefix() {
        return type == FilterType.FT_MATCH_PREFIX && pattern.length > 0;
    }

    boolean passes(byte[] key) {
        if (type == FilterType.FT_NO_FILTER || pattern.length == 0) {
            return true;
        }
        if (key.length < pattern.length) {
            return false;
        }
        return switch (type) {
            case FT_MATCH_PREFIX -> holdsAt(key, 0);
            case FT_MATCH_POSTFIX -> holdsAt(key, key.length - pattern.length);
            default -> isInside(key);
        };
    }

    private boolean isInside(byte[] key) {
        for (int at = 0; at + pattern.length <= key.length; at++) {
            if (holdsAt(key, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean holdsAt(byte[] key, int at) {
        return Arrays.equals(key, at, at + pattern.length, pattern, 0, pattern.length);
    }
}
