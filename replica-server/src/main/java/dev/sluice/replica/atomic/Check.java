package dev.sluice.replica.atomic;

import dev.sluice.common.data.Bytes;
import dev.sluice.wire.data.CasCheckType;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What check_and_set and check_and_mutate ask of a row.
 *
 * @param operand what the value is compared with, if the type compares
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came from the client
public record Check(CasCheckType type, byte[] operand) {
    /** Whether a row passes. {@code value} is the user's data, null if the row is absent or has expired. */
    Outcome of(byte @Nullable [] value) {
        return switch (type) {
            case CT_NO_CHECK -> Outcome.DONE;
            case CT_VALUE_NOT_EXIST -> passedIf(value == null);
            case CT_VALUE_NOT_EXIST_OR_EMPTY -> passedIf(value == null || value.length == 0);
            default -> value == null ? Outcome.NOT_PASSED : ofPresent(value);
        };
    }

    private Outcome ofPresent(byte[] value) {
        int order = Arrays.compareUnsigned(value, operand);
        return switch (type) {
            case CT_VALUE_NOT_EMPTY -> passedIf(value.length > 0);
            case CT_VALUE_MATCH_ANYWHERE -> passedIf(Bytes.contains(value, operand));
            case CT_VALUE_MATCH_PREFIX -> passedIf(Bytes.startsWith(value, operand));
            case CT_VALUE_MATCH_POSTFIX -> passedIf(Bytes.endsWith(value, operand));
            case CT_VALUE_BYTES_LESS -> passedIf(order < 0);
            case CT_VALUE_BYTES_LESS_OR_EQUAL -> passedIf(order <= 0);
            case CT_VALUE_BYTES_EQUAL -> passedIf(order == 0);
            case CT_VALUE_BYTES_GREATER_OR_EQUAL -> passedIf(order >= 0);
            case CT_VALUE_BYTES_GREATER -> passedIf(order > 0);
            case CT_VALUE_INT_LESS,
                    CT_VALUE_INT_LESS_OR_EQUAL,
                    CT_VALUE_INT_EQUAL,
                    CT_VALUE_INT_GREATER_OR_EQUAL,
                    CT_VALUE_INT_GREATER -> ofIntegers(IntegerText.parse(value), IntegerText.parse(operand));
            default -> Outcome.DONE; // it exists, and that was the question
        };
    }

    private Outcome ofIntegers(OptionalLong value, OptionalLong wanted) {
        if (value.isEmpty() || wanted.isEmpty()) {
            return Outcome.INVALID;
        }
        int order = Long.compare(value.getAsLong(), wanted.getAsLong());
        return passedIf(
                switch (type) {
                    case CT_VALUE_INT_LESS -> order < 0;
                    case CT_VALUE_INT_LESS_OR_EQUAL -> order <= 0;
                    case CT_VALUE_INT_EQUAL -> order == 0;
                    case CT_VALUE_INT_GREATER_OR_EQUAL -> order >= 0;
                    default -> order > 0;
                });
    }

    private static Outcome passedIf(boolean condition) {
        return condition ? Outcome.DONE : Outcome.NOT_PASSED;
    }
}
