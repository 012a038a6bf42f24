package dev.sluice.bulkload.build;

import java.util.List;
import java.util.stream.Collectors;

/** The input has more bad rows than the build may leave out. Nothing of the build is left in the store. */
public final class BuildException extends Exception {
    private final List<BadRow> firstBadRows;

    BuildException(long badRows, long badRowsMax, List<BadRow> firstBadRows) {
        super(badRows + " bad rows, at most " + badRowsMax + " may be left out: "
                + firstBadRows.stream().map(BadRow::toString).collect(Collectors.joining("; ")));
        this.firstBadRows = List.copyOf(firstBadRows);
    }

    /** The first bad rows; there may be more. */
    public List<BadRow> firstBadRows() {
        return firstBadRows;
    }
}
