package dev.sluice.replica.request;

import dev.sluice.common.data.Bytes;
import dev.sluice.wire.data.FilterType;

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
        return switch (type) {
            case FT_MATCH_PREFIX -> Bytes.startsWith(key, pattern);
            case FT_MATCH_POSTFIX -> Bytes.endsWith(key, pattern);
            default -> Bytes.contains(key, pattern);
        };
    }
}
