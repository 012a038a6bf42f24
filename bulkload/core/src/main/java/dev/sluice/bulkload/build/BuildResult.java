package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.Manifest;
import java.util.List;

/**
 * A file set that was built.
 *
 * @param rows rows in the set
 * @param duplicates rows left out because a later one has the same key
 * @param badRows bad rows left out
 * @param firstBadRows the first of them
 * @param manifests what each partition has
 */
public record BuildResult(
        long rows, long duplicates, long badRows, List<BadRow> firstBadRows, List<Manifest> manifests) {
    public BuildResult {
        firstBadRows = List.copyOf(firstBadRows);
        manifests = List.copyOf(manifests);
    }

    /** SST files of the whole set. */
    public int files() {
        return manifests.stream().mapToInt(manifest -> manifest.files().size()).sum();
    }

    /** Bytes of all SST files. */
    public long bytes() {
        return manifests.stream().mapToLong(Manifest::totalBytes).sum();
    }
}
