package dev.sluice.replica.atomic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.data.StoredValue;
import dev.sluice.common.data.ValueFormat;
import dev.sluice.replica.atomic.CheckedWrite.Then;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.data.CasCheckType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of operations on a few rows, against a model that keeps user values and expiries in a map and knows the protocol's
 * sentences. The rows of a round are applied only when it is evaluated as a whole, as a primary does.
 */
class AtomicModelTest {
    private static final List<String> KEYS = List.of("a", "b", "c");
    private static final List<String> TEXTS = List.of("", "0", "7", "-3", "0x10", "abc", "9223372036854775807", "77");
    private static final int DEFAULT_TTL = 50;

    private final Map<String, byte[]> engine = new HashMap<>();
    private final Map<String, Row> model = new HashMap<>();
    private long wallMs = 1_700_000_000_000L;

    private record Row(String value, int expiry) {}

    @Property(tries = 300)
    void aRoundLeavesWhatOneOperationAfterTheOtherLeaves(@ForAll long seed) {
        Random random = new Random(seed);
        TableValues values =
                new TableValues(any(random, List.of(ValueFormat.values())), random.nextBoolean() ? 0 : DEFAULT_TTL);
        engine.clear();
        model.clear();
        for (int round = 0; round < 10; round++) {
            wallMs += random.nextInt(40_000);
            RowsAhead ahead = new RowsAhead(key -> engine.get(text(key)));
            List<RowChange> all = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                List<RowChange> rows =
                        random.nextBoolean() ? increment(random, values, ahead) : checked(random, values, ahead);
                ahead.add(rows);
                all.addAll(rows);
            }
            for (RowChange row : all) {
                if (row.value() == null) {
                    engine.remove(text(row.key()));
                } else {
                    engine.put(text(row.key()), row.value());
                }
            }
            assertSame(values);
        }
    }

    private void assertSame(TableValues values) {
        for (String key : KEYS) {
            byte[] stored = values.live(engine.get(key), wallMs);
            Row row = live(key);
            assertThat(stored == null ? null : text(values.userData(stored)))
                    .as("value of %s", key)
                    .isEqualTo(row == null ? null : row.value());
            if (stored != null && row != null) {
                assertThat(values.expireTsSeconds(stored))
                        .as("expiry of %s", key)
                        .isEqualTo(row.expiry());
            }
        }
    }

    private List<RowChange> increment(Random random, TableValues values, RowReader rows) {
        String key = any(random, KEYS);
        long by = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextInt(20) - 10;
        int expiry = expiry(random) - (random.nextInt(4) == 0 ? Integer.MAX_VALUE : 0);
        Increment increment = new Increment(bytes(key), by, expiry, values);
        List<RowChange> result = increment.evaluate(rows, wallMs);

        Row row = live(key);
        Optional<BigInteger> base =
                row == null || row.value().isEmpty() ? Optional.of(BigInteger.ZERO) : integer(row.value());
        BigInteger sum = base.map(number -> number.add(BigInteger.valueOf(by))).orElse(BigInteger.ZERO);
        boolean passes = base.isPresent() && sum.bitLength() <= 63;
        assertThat(increment.outcome()).isEqualTo(passes ? Outcome.DONE : Outcome.INVALID);
        assertThat(increment.newValue())
                .isEqualTo(
                        passes
                                ? sum.longValueExact()
                                : base.orElse(BigInteger.ZERO).longValueExact());
        if (passes) {
            int kept = expiry == 0 && row != null ? row.expiry() : Math.max(0, expiry);
            model.put(key, new Row(sum.toString(), withDefault(kept, values)));
        }
        return result;
    }

    private List<RowChange> checked(Random random, TableValues values, RowReader rows) {
        String key = any(random, KEYS);
        CasCheckType type = any(random, List.of(CasCheckType.values()));
        String operand = any(random, TEXTS);
        List<Then> then = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            then.add(new Then(
                    bytes(any(random, KEYS)),
                    random.nextInt(4) == 0 ? null : bytes(any(random, TEXTS)),
                    expiry(random)));
        }
        CheckedWrite write = new CheckedWrite(bytes(key), new Check(type, bytes(operand)), then, values);
        List<RowChange> result = write.evaluate(rows, wallMs);

        Row row = live(key);
        Outcome expected = naive(type, row == null ? null : row.value(), operand);
        assertThat(write.outcome()).as("%s of %s with %s", type, row, operand).isEqualTo(expected);
        byte[] found = write.found();
        assertThat(found == null ? null : text(found)).isEqualTo(row == null ? null : row.value());
        assertThat(result).hasSize(expected == Outcome.DONE ? then.size() : 0);
        if (expected == Outcome.DONE) {
            for (Then each : then) {
                byte[] value = each.value();
                if (value == null) {
                    model.remove(text(each.key()));
                } else {
                    model.put(text(each.key()), new Row(text(value), withDefault(each.expireTsSeconds(), values)));
                }
            }
        }
        return result;
    }

    private static Outcome naive(CasCheckType type, @Nullable String value, String operand) {
        int number = type.getValue();
        if (value == null) {
            return number <= 2 ? Outcome.DONE : Outcome.NOT_PASSED;
        }
        if (number <= 7) {
            boolean[] passes = {
                true,
                false,
                value.isEmpty(),
                true,
                !value.isEmpty(),
                value.contains(operand),
                value.startsWith(operand),
                value.endsWith(operand)
            };
            return passes[number] ? Outcome.DONE : Outcome.NOT_PASSED;
        }
        int order = value.compareTo(operand);
        if (number >= 13) {
            Optional<BigInteger> left = integer(value);
            Optional<BigInteger> right = integer(operand);
            if (left.isEmpty() || right.isEmpty()) {
                return Outcome.INVALID;
            }
            order = left.orElseThrow().compareTo(right.orElseThrow());
        }
        boolean[] passes = {order < 0, order <= 0, order == 0, order >= 0, order > 0};
        return passes[(number - 8) % 5] ? Outcome.DONE : Outcome.NOT_PASSED;
    }

    private @Nullable Row live(String key) {
        Row row = model.get(key);
        boolean expired = row != null && row.expiry() != 0 && row.expiry() <= StoredValue.expiryNow(wallMs);
        return expired ? null : row;
    }

    private int expiry(Random random) {
        return random.nextBoolean() ? 0 : StoredValue.expiryNow(wallMs) + random.nextInt(60) - 5;
    }

    private int withDefault(int expiry, TableValues values) {
        return expiry == 0 && values.defaultTtlSeconds() > 0
                ? StoredValue.expiryNow(wallMs) + values.defaultTtlSeconds()
                : expiry;
    }

    /** All texts of this test but one are numbers as Java decodes them. */
    private static Optional<BigInteger> integer(String text) {
        return text.isEmpty() || text.equals("abc")
                ? Optional.empty()
                : Optional.of(BigInteger.valueOf(Objects.requireNonNull(Long.decode(text))));
    }

    private static <T> T any(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
