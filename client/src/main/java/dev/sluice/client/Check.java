package dev.sluice.client;

import dev.sluice.wire.data.CasCheckType;
import java.util.Locale;

/**
 * What must hold of one row so that a write is carried out. A row that has expired does not exist.
 *
 * <p>Bytes are compared as unsigned numbers, and a value that begins another is less. Integers are text as C's {@code
 * strtoll} reads it: decimal, {@code 0x} hexadecimal or {@code 0} octal, of 64 bits. Of checks of a value none but {@link
 * #missing} and {@link #missingOrEmpty} passes if there is no row.
 *
 * @param sortKey of the row, which has the hash key of the write
 * @param operand what the value is compared with; empty where the type needs none
 * @param returnsValue whether the answer brings the value that was checked
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
public record Check(byte[] sortKey, CasCheckType type, byte[] operand, boolean returnsValue) {
    private static final byte[] NO_OPERAND = {};

    /** A check of any type; the types are the protocol's. */
    public static Check of(byte[] sortKey, CasCheckType type, byte[] operand) {
        return new Check(sortKey, type, operand, false);
    }

    /** Passes always: for the value that {@link #returningValue} brings. */
    public static Check none(byte[] sortKey) {
        return of(sortKey, CasCheckType.CT_NO_CHECK, NO_OPERAND);
    }

    /** There is no such row. */
    public static Check missing(byte[] sortKey) {
        return of(sortKey, CasCheckType.CT_VALUE_NOT_EXIST, NO_OPERAND);
    }

    /** There is no such row, or its value is empty. */
    public static Check missingOrEmpty(byte[] sortKey) {
        return of(sortKey, CasCheckType.CT_VALUE_NOT_EXIST_OR_EMPTY, NO_OPERAND);
    }

    /** There is such a row. */
    public static Check exists(byte[] sortKey) {
        return of(sortKey, CasCheckType.CT_VALUE_EXIST, NO_OPERAND);
    }

    /** The row has exactly this value. */
    public static Check equalTo(byte[] sortKey, byte[] value) {
        return of(sortKey, CasCheckType.CT_VALUE_BYTES_EQUAL, value);
    }

    /** The same check, whose answer brings the value that was checked. */
    public Check returningValue() {
        return new Check(sortKey, type, operand, true);
    }

    @Override
    public String toString() {
        String name = type.name().replace("CT_VALUE_", "").replace("CT_", "").toLowerCase(Locale.ROOT);
        return "'" + EscapedBytes.print(sortKey) + "' " + name
                + (operand.length == 0 ? "" : " '" + EscapedBytes.print(operand) + "'");
    }
}
