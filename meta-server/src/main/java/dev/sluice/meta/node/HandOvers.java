package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which primaries are asked to serve no more, in one term.
 *
 * <p>Whatever is said anew has a sequence above all that was said of the partition before, in this term or an earlier one: so
 * neither a late directive nor a late confirmation is taken for a new one. A primary that confirmed is replaced by a record;
 * that it may serve again is said only when no such record is on its way.
 */
final class HandOvers {
    private static final int SEQUENCE_BITS = 32;

    private final long first;
    private final Map<Gpid, Said> said = new TreeMap<>();
    private long last;

    private record Said(long sequence, boolean handOver) {}

    HandOvers(long term) {
        first = term << SEQUENCE_BITS;
        last = first;
    }

    long sequence(Gpid gpid) {
        Said word = said.get(gpid);
        return word == null ? first : word.sequence;
    }

    boolean isAsked(Gpid gpid) {
        Said word = said.get(gpid);
        return word != null && word.handOver;
    }

    /** Says something else of that partition; false if it was said before. */
    boolean say(Gpid gpid, boolean handOver) {
        if (isAsked(gpid) == handOver) {
            return false;
        }
        said.put(gpid, new Said(++last, handOver));
        return true;
    }

    /** The sequences of those that are asked. */
    Map<Gpid, Long> asked() {
        Map<Gpid, Long> asked = new TreeMap<>();
        said.forEach((gpid, word) -> {
            if (word.handOver) {
                asked.put(gpid, word.sequence);
            }
        });
        return asked;
    }

    void forget(Gpid gpid) {
        said.remove(gpid);
    }
}
