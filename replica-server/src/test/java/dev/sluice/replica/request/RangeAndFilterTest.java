package dev.sluice.replica.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.data.FilterType;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RangeAndFilterTest {
    /** Few values, so that keys share prefixes, and the highest one. */
    private static byte[] few(byte[] bytes) {
        byte[] few = bytes.clone();
        for (int i = 0; i < few.length; i++) {
            few[i] = (byte) (few[i] % 3 == 0 ? 0xff : few[i] & 1);
        }
        return few;
    }

    @Property(tries = 2_000)
    void aRangeHoldsTheKeysBetweenItsEndsWithThePrefix(
            @ForAll @Size(max = 4) byte[] start,
            @ForAll boolean startIn,
            @ForAll @Size(max = 4) byte[] stop,
            @ForAll boolean stopIn,
            @ForAll @Size(max = 3) byte[] prefix,
            @ForAll @Size(max = 5) byte[] key) {
        byte[] from = few(start);
        byte[] to = few(stop);
        byte[] head = few(prefix);
        byte[] asked = few(key);
        KeyRange range = new KeyRange(from, startIn, to, stopIn);
        range.keepPrefix(head);

        int order = Arrays.compareUnsigned(asked, from);
        boolean behindStart = order > 0 || (order == 0 && startIn);
        int orderOfStop = Arrays.compareUnsigned(asked, to);
        boolean beforeStop = to.length == 0 || orderOfStop < 0 || (orderOfStop == 0 && stopIn);
        boolean hasPrefix = asked.length >= head.length && Arrays.equals(Arrays.copyOf(asked, head.length), head);

        assertThat(range.beginsBefore(asked) && range.reachesTo(asked))
                .isEqualTo(behindStart && beforeStop && hasPrefix);
        if (range.isEmpty()) {
            assertThat(behindStart && beforeStop && hasPrefix).isFalse();
        }
    }

    @Property(tries = 2_000)
    void filtersSayWhatStringsSay(
            @ForAll @IntRange(max = 3) int type,
            @ForAll @Size(max = 6) byte[] key,
            @ForAll @Size(max = 3) byte[] pattern) {
        String text = text(few(key));
        String part = text(few(pattern));
        boolean expected = switch (type) {
            case 1 -> text.contains(part);
            case 2 -> text.startsWith(part);
            case 3 -> text.endsWith(part);
            default -> true;
        };

        assertThat(new KeyFilter(FilterType.findByValue(type), few(pattern)).passes(few(key)))
                .isEqualTo(expected);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
