package dev.sluice.bulkload.sst;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B.13, B.22: files of writers that are not ours; with range deletes, or without a row, ours cannot make any. */
class SstContentTest {
    private static final String BYTEWISE = "leveldb.BytewiseComparator";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            false | leveldb.BytewiseComparator        | 3 | 0 | 0 | 0 | was written by a database, not by a writer of external files: it can not be ingested
            true  | rocksdb.ReverseBytewiseComparator | 3 | 0 | 0 | 0 | is sorted by rocksdb.ReverseBytewiseComparator, expected leveldb.BytewiseComparator
            true  | leveldb.BytewiseComparator        | 0 | 0 | 0 | 0 | has no row: a partition without rows has no files
            true  | leveldb.BytewiseComparator        | 3 | 1 | 0 | 0 | has 1 deletes, expected rows only
            true  | leveldb.BytewiseComparator        | 3 | 0 | 2 | 0 | has 2 range deletes, expected rows only
            true  | leveldb.BytewiseComparator        | 3 | 0 | 0 | 3 | has 3 merge operands, expected rows only
            """)
    void aFileThatAnEngineWouldRefuseIsRefused(
            boolean external,
            String comparator,
            long entries,
            long deletes,
            long rangeDeletes,
            long mergeOperands,
            String words) {
        SstContent content = new SstContent(external, comparator, entries, deletes, rangeDeletes, mergeOperands);
        assertThatThrownBy(() -> content.requireIngestible("1.sst"))
                .isInstanceOf(SourceException.class)
                .hasMessage("1.sst: " + words);
    }

    @Test
    void aFileOfRowsIsTaken() {
        assertThatCode(() -> new SstContent(true, BYTEWISE, 3, 0, 0, 0).requireIngestible("1.sst"))
                .doesNotThrowAnyException();
    }
}
