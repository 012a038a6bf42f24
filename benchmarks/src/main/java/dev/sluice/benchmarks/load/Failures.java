package dev.sluice.benchmarks.load;

import dev.sluice.client.ClientException;
import dev.sluice.common.ErrorCode;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** What went wrong with operations, counted. Safe for use by several threads. */
final class Failures {
    /** The server did not carry the operation out, and said so. */
    private static final Set<ErrorCode> REJECTIONS = EnumSet.of(
            ErrorCode.ERR_BUSY,
            ErrorCode.ERR_CAPACITY_EXCEEDED,
            ErrorCode.ERR_NOT_ENOUGH_MEMBER,
            ErrorCode.ERR_INVALID_STATE,
            ErrorCode.ERR_INACTIVE_STATE,
            ErrorCode.ERR_OBJECT_NOT_FOUND,
            ErrorCode.ERR_DISK_INSUFFICIENT,
            ErrorCode.ERR_OPERATION_DISABLED);

    private final Map<ErrorCode, Long> byError = new EnumMap<>(ErrorCode.class);
    private long wrong;
    private long unended;

    /** An operation that ended with an error. */
    synchronized void add(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        ErrorCode error = cause instanceof ClientException known ? known.error() : ErrorCode.ERR_UNKNOWN;
        byError.merge(error, 1L, Long::sum);
    }

    /** A read whose result was not what was written. */
    synchronized void addWrong() {
        wrong++;
    }

    /** Operations that never ended. */
    synchronized void addUnended(long operations) {
        unended += operations;
    }

    synchronized long rejected() {
        return byError.entrySet().stream()
                .filter(entry -> REJECTIONS.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Errors that are no rejections, and operations that never ended. */
    synchronized long failed() {
        return byError.values().stream().mapToLong(Long::longValue).sum() - rejected() + unended;
    }

    synchronized long wrong() {
        return wrong;
    }

    long all() {
        return rejected() + failed() + wrong();
    }

    /** Every error with its number, the frequent ones first. */
    synchronized Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        byError.entrySet().stream()
                .sorted(Map.Entry.<ErrorCode, Long>comparingByValue(Comparator.reverseOrder()))
                .forEach(entry -> json.put(entry.getKey().name(), entry.getValue()));
        json.put("wrong", wrong);
        json.put("unended", unended);
        return json;
    }
}
