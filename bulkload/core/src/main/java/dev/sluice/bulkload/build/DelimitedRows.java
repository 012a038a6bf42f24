package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of records with fields. All records have as many fields as the first. */
final class DelimitedRows implements RowSource {
    private static final int NONE = -1;
    private static final int WHOLE_ROW = -2;
    private static final byte[] EMPTY = new byte[0];

    private final RecordReader records;
    private final Columns columns;
    private final boolean hasHeader;
    private boolean isBegun;
    private int columnCount;
    private int hashKey = NONE;
    private int sortKey = NONE;
    private int value = NONE;
    private int ttl = NONE;

    DelimitedRows(RecordReader records, Columns columns, boolean hasHeader) {
        this.records = records;
        this.columns = columns;
        this.hasHeader = hasHeader;
    }

    @Override
    public @Nullable Row next() throws IOException, BadRowException {
        if (!records.next()) {
            return null;
        }
        if (!isBegun) {
            begin();
            if (hasHeader && !records.next()) {
                return null;
            }
        }
        if (records.fieldCount() != columnCount) {
            throw new BadRowException(
                    line(), records.fieldCount() + " columns, expected " + columnCount + " as in the first row");
        }
        return new Row(
                records.field(hashKey),
                sortKey == NONE ? EMPTY : records.field(sortKey),
                value == WHOLE_ROW ? records.raw() : records.field(value),
                ttl == NONE ? 0 : Ttl.parse(line(), new String(records.field(ttl), UTF_8)));
    }

    @Override
    public long line() {
        return records.line();
    }

    @Override
    public long bytesRead() {
        return records.bytesRead();
    }

    @Override
    public long bytesTotal() {
        return records.bytesTotal();
    }

    @Override
    public void close() throws IOException {
        records.close();
    }

    private void begin() throws IOException {
        columnCount = records.fieldCount();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < columnCount; i++) {
            names.add(hasHeader ? new String(records.field(i), UTF_8).strip() : "");
        }
        if (columns.isDefault() && !hasHeader) {
            beginByPlace();
        } else {
            hashKey = require(names, columns.hashKey(), "hash key");
            value = columns.value().equals(Columns.WHOLE_ROW) ? WHOLE_ROW : require(names, columns.value(), "value");
            sortKey = find(names, columns.sortKey(), columns.isSortKeyRequired(), "sort key");
            ttl = find(names, columns.ttlSeconds(), columns.isTtlRequired(), "ttl");
        }
        isBegun = true;
    }

    /** Nothing was said of the columns: hash key, value; or hash key, sort key, value; or these and the ttl. */
    private void beginByPlace() throws IOException {
        if (columnCount < 2 || columnCount > 4) {
            throw new IOException("the input has " + columnCount
                    + " columns and nothing says which is the hash key and which the value");
        }
        hashKey = 0;
        sortKey = columnCount > 2 ? 1 : NONE;
        value = columnCount > 2 ? 2 : 1;
        ttl = columnCount > 3 ? 3 : NONE;
    }

    private int find(List<String> names, String column, boolean isRequired, String role) throws IOException {
        if (column.isEmpty() || (!isRequired && !names.contains(column))) {
            return NONE;
        }
        return require(names, column, role);
    }

    private int require(List<String> names, String column, String role) throws IOException {
        int byName = hasHeader ? names.indexOf(column) : NONE;
        if (byName >= 0) {
            return byName;
        }
        if (!column.isEmpty() && column.length() < 6 && column.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int number = Integer.parseInt(column);
            if (number >= 1 && number <= columnCount) {
                return number - 1;
            }
        }
        throw new IOException("the input has no column " + column + " for the " + role + ": it has " + columnCount
                + " columns" + (hasHeader ? ", the first row names them " + names : ", give their numbers from 1"));
    }
}
