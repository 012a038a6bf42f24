package dev.sluice.integration.process;

import static dev.sluice.integration.process.ProcessCluster.bytes;

import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import org.jspecify.annotations.Nullable;

/** Rows that no load of another number has. */
final class RowsOfALoad implements RowSource {
    static final byte[] VALUE = bytes("loaded");

    private final int number;
    private final int rows;
    private int row;

    RowsOfALoad(int number, int rows) {
        this.number = number;
        this.rows = rows;
    }

    static byte[] key(int number, int row) {
        return bytes("load-" + number + "-row-" + row);
    }

    @Override
    public @Nullable Row next() {
        return row == rows ? null : new Row(key(number, row++), bytes(""), VALUE, 0);
    }

    @Override
    public long line() {
        return row;
    }
}
