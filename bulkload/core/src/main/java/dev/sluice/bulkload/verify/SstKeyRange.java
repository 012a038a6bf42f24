package dev.sluice.bulkload.verify;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.rows.KeyText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The first and the last key of a file. */
final class SstKeyRange {
    private final SstFileName file;
    private final byte[] first;
    private final byte[] last;

    SstKeyRange(SstFileName file, byte[] first, byte[] last) {
        this.file = file;
        this.first = first;
        this.last = last;
    }

    /** Refuses files of which two have keys in the same range: an engine refuses them below existing data. */
    static void requireDisjoint(List<SstKeyRange> ranges) throws SourceException {
        List<SstKeyRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparing(range -> range.first, Arrays::compareUnsigned));
        for (int i = 1; i < sorted.size(); i++) {
            SstKeyRange one = sorted.get(i - 1);
            SstKeyRange next = sorted.get(i);
            if (Arrays.compareUnsigned(one.last, next.first) >= 0) {
                throw SourceException.damaged(
                        next.file.value(),
                        "overlaps " + one.file + " at " + KeyText.of(next.first, next.first.length)
                                + ": files that are loaded behind existing data must not");
            }
        }
    }
}
