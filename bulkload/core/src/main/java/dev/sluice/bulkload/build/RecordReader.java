package dev.sluice.bulkload.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Splits text into records of fields, byte by byte. A malformed record costs only itself: reading goes on at the next line,
 * also if it was a quote that is never closed.
 */
final class RecordReader implements AutoCloseable {
    /** Largest record. What is longer is a bad row, or a quote that is not closed. */
    static final int RECORD_BYTES_MAX = 8 * 1024 * 1024;

    private static final int QUOTE = '"';

    private final InputBytes in;
    private final byte delimiter;
    private final boolean isQuoted;
    /** The record as it stands in the input, and the content of its fields one after the other. */
    private byte[] raw = new byte[4096];

    private byte[] fields = new byte[4096];
    private int[] ends = new int[16];
    private int rawLength;
    private int fieldsLength;
    private int fieldCount;
    private long linesRead;
    private long line;

    RecordReader(InputBytes in, byte delimiter, boolean isQuoted) {
        this.in = in;
        this.delimiter = delimiter;
        this.isQuoted = isQuoted;
    }

    /** Moves to the next record that is not an empty line. False at the end. */
    boolean next() throws IOException, BadRowException {
        do {
            rawLength = 0;
            fieldsLength = 0;
            fieldCount = 0;
            line = linesRead + 1;
            if (in.peek() < 0) {
                return false;
            }
            readRecord();
        } while (rawLength == 0);
        requireUtf8();
        return true;
    }

    int fieldCount() {
        return fieldCount;
    }

    /** Content of a field, counted from 0. */
    byte[] field(int index) {
        return Arrays.copyOfRange(fields, index == 0 ? 0 : ends[index - 1], ends[index]);
    }

    /** The record as it stands in the input, without the end of its line. */
    byte[] raw() {
        return Arrays.copyOf(raw, rawLength);
    }

    /** Line on which the record begins, from 1. */
    long line() {
        return line;
    }

    long bytesRead() {
        return in.bytesRead();
    }

    long bytesTotal() {
        return in.bytesTotal();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void readRecord() throws IOException, BadRowException {
        while (true) {
            int end = isQuoted && in.peek() == QUOTE ? readQuotedField() : readPlainField();
            endField();
            if (end != delimiter) {
                linesRead++;
                return;
            }
        }
    }

    /** Returns the byte that ended the field: the delimiter, a line feed, or -1. */
    private int readPlainField() throws IOException, BadRowException {
        while (true) {
            int next = in.next();
            if (next == '\n' || next < 0) {
                dropCarriageReturn();
                return delimiter == '\n' ? -1 : next;
            }
            take(next);
            if (next == delimiter) {
                return next;
            }
            addToField(next);
        }
    }

    private int readQuotedField() throws IOException, BadRowException {
        take(in.next());
        while (true) {
            int next = in.next();
            if (next < 0) {
                throw unclosedQuote();
            }
            take(next);
            if (next == '\n') {
                linesRead++;
            }
            if (next != QUOTE) {
                addToField(next);
            } else if (in.peek() == QUOTE) {
                take(in.next());
                addToField(QUOTE);
            } else {
                return endOfQuotedField();
            }
        }
    }

    private int endOfQuotedField() throws IOException, BadRowException {
        int next = in.next();
        if (next == '\r' && in.peek() == '\n') {
            next = in.next();
        }
        if (next == delimiter) {
            take(next);
            return next;
        }
        if (next == '\n' || next < 0) {
            return next;
        }
        skipLine();
        throw new BadRowException(line, "text behind a closing quote");
    }

    private void take(int next) throws IOException, BadRowException {
        if (rawLength == RECORD_BYTES_MAX) {
            in.putBack(new byte[] {(byte) next}, 0, 1);
            if (isQuoted && hasSeveralLines()) {
                throw unclosedQuote();
            }
            skipLine();
            throw new BadRowException(line, "longer than " + RECORD_BYTES_MAX + " bytes");
        }
        if (rawLength == raw.length) {
            raw = Arrays.copyOf(raw, Math.min(RECORD_BYTES_MAX, raw.length * 2));
        }
        raw[rawLength++] = (byte) next;
    }

    private void addToField(int next) {
        if (fieldsLength == fields.length) {
            fields = Arrays.copyOf(fields, fields.length * 2);
        }
        fields[fieldsLength++] = (byte) next;
    }

    private void endField() {
        if (fieldCount == ends.length) {
            ends = Arrays.copyOf(ends, ends.length * 2);
        }
        ends[fieldCount++] = fieldsLength;
    }

    private void dropCarriageReturn() {
        int fieldStart = fieldCount == 0 ? 0 : ends[fieldCount - 1];
        if (fieldsLength > fieldStart && fields[fieldsLength - 1] == '\r') {
            fieldsLength--;
            rawLength--;
        }
    }

    /** Puts back all behind the first line of the record, as the quote may only be a slip of that line. */
    private BadRowException unclosedQuote() {
        int end = 0;
        while (end < rawLength && raw[end] != '\n') {
            end++;
        }
        in.putBack(raw, Math.min(end + 1, rawLength), rawLength);
        linesRead = line;
        return new BadRowException(line, "a quote is not closed");
    }

    private boolean hasSeveralLines() {
        for (int i = 0; i < rawLength; i++) {
            if (raw[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    private void skipLine() throws IOException {
        int next;
        do {
            next = in.next();
        } while (next >= 0 && next != '\n');
        linesRead++;
    }

    private void requireUtf8() throws BadRowException {
        for (int i = 0; i < rawLength; i++) {
            if (raw[i] < 0) {
                try {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw, i, rawLength - i));
                    return;
                } catch (CharacterCodingException e) {
                    throw new BadRowException(line, "is not UTF-8");
                }
            }
        }
    }
}
