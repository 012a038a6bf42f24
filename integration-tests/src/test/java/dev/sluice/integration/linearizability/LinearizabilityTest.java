package dev.sluice.integration.linearizability;

import static dev.sluice.integration.linearizability.Linearizability.Verdict.LINEARIZABLE;
import static dev.sluice.integration.linearizability.Linearizability.Verdict.NOT_LINEARIZABLE;
import static dev.sluice.integration.linearizability.Linearizability.Verdict.UNDECIDED;
import static dev.sluice.integration.linearizability.Operation.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.integration.linearizability.Linearizability.Verdict;
import dev.sluice.integration.linearizability.Operation.CheckAndSet;
import dev.sluice.integration.linearizability.Operation.Get;
import dev.sluice.integration.linearizability.Operation.Incr;
import dev.sluice.integration.linearizability.Operation.Kind;
import dev.sluice.integration.linearizability.Operation.Put;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The checker tells good histories from bad ones, and says so when it cannot. */
final class LinearizabilityTest {
    private static final long STEPS_MAX = 100_000;

    @ParameterizedTest(name = "{0}")
    @MethodSource("histories")
    void judges(String what, Verdict expected, List<Operation> history) {
        assertThat(Linearizability.check(history, STEPS_MAX)).as(what).isEqualTo(expected);
    }

    static Stream<Arguments> histories() {
        return Stream.of(
                good("nothing"),
                good("a read of nothing", op(0, 1, get(null))),
                bad("a value from nowhere", op(0, 1, get("a"))),
                good("a write, then its read", op(0, 1, put("a")), op(2, 3, get("a"))),
                bad("a write, then a read of nothing", op(0, 1, put("a")), op(2, 3, get(null))),
                good("a read beside a write may see it", op(0, 10, put("a")), op(1, 2, get("a"))),
                good("a read beside a write may not see it", op(0, 10, put("a")), op(1, 2, get(null))),
                bad(
                        "what one has read the next one sees",
                        op(0, 10, put("a")),
                        op(1, 2, get("a")),
                        op(3, 4, get(null))),
                good(
                        "two writes side by side, in either order",
                        op(0, 10, put("a")),
                        op(0, 10, put("b")),
                        op(11, 12, get("a"))),
                bad(
                        "two writes side by side, but in one order for all",
                        op(0, 10, put("a")),
                        op(0, 10, put("b")),
                        op(11, 12, get("a")),
                        op(13, 14, get("b"))),
                bad("a stale read", op(0, 1, put("a")), op(2, 3, put("b")), op(4, 5, get("a"))),
                good("a remove", op(0, 1, put("a")), op(2, 3, put(null)), op(4, 5, get(null))),
                bad("a removed value", op(0, 1, put("a")), op(2, 3, put(null)), op(4, 5, get("a"))),
                good("a write in doubt may have happened", op(0, NEVER, put("a")), op(5, 6, get("a"))),
                good("a write in doubt may not have happened", op(0, NEVER, put("a")), op(5, 6, get(null))),
                good(
                        "a write in doubt may happen late",
                        op(0, NEVER, put("a")),
                        op(5, 6, get(null)),
                        op(7, 8, put("b")),
                        op(9, 10, get("a"))),
                bad(
                        "a write in doubt happens once",
                        op(0, NEVER, put("a")),
                        op(5, 6, get("a")),
                        op(7, 8, put("b")),
                        op(9, 10, get("b")),
                        op(11, 12, get("a"))),
                bad("not before it has begun", op(0, 1, get("a")), op(2, NEVER, put("a"))),
                good("increments", op(0, 5, incr(1, 2)), op(0, 5, incr(1, 1)), op(6, 7, get("2"))),
                bad("an increment lost", op(0, 1, incr(1, 1)), op(2, 3, incr(1, 1))),
                bad("an increment twice", op(0, 1, incr(1, 1)), op(2, 3, get("2"))),
                good("an increment in doubt", op(0, NEVER, incr(5, 0)), op(2, 3, incr(1, 6))),
                bad("an increment in doubt counts once", op(0, NEVER, incr(5, 0)), op(2, 3, incr(1, 11))),
                good("set if as expected", op(0, 1, put("a")), op(2, 3, cas("a", "b", true)), op(4, 5, get("b"))),
                good("not set if not", op(0, 1, put("a")), op(2, 3, cas("x", "b", false)), op(4, 5, get("a"))),
                bad("both set", op(0, 1, put("a")), op(2, 9, cas("a", "b", true)), op(2, 9, cas("a", "c", true))),
                bad("refused without a reason", op(0, 1, put("a")), op(2, 3, cas("a", "b", false))),
                good("set in doubt", op(0, 1, put("a")), op(2, NEVER, cas("a", "b", false)), op(4, 5, get("b"))));
    }

    @Test
    void longHistoriesOfOneCopyAreGood() {
        for (long seed = 0; seed < 200; seed++) {
            assertThat(Linearizability.check(ofOneCopy(new Random(seed), 300), STEPS_MAX))
                    .as("seed %d", seed)
                    .isEqualTo(LINEARIZABLE);
        }
    }

    @Test
    void longHistoriesWithOneReadOfAnOverwrittenValueAreBad() {
        List<Verdict> verdicts = new ArrayList<>();
        for (long seed = 0; seed < 100; seed++) {
            List<Operation> history = new ArrayList<>(ofOneCopy(new Random(seed), 200));
            long end = history.stream()
                    .mapToLong(each -> each.isAnswered() ? each.endedAt() : each.begunAt())
                    .max()
                    .orElse(0);
            history.add(op(end + 1, end + 2, put("first")));
            history.add(op(end + 3, end + 4, put("second")));
            history.add(op(end + 5, end + 6, get("first")));
            verdicts.add(Linearizability.check(history, STEPS_MAX));
        }
        assertThat(verdicts).doesNotContain(LINEARIZABLE);
        // The bound of steps leaves a few open.
        assertThat(verdicts).filteredOn(NOT_LINEARIZABLE::equals).hasSizeGreaterThan(90);
    }

    @Test
    void saysSoWhenTheBoundIsReached() {
        List<Operation> history = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            history.add(op(0, 1_000, put("v" + i)));
        }
        history.add(op(2_000, 2_001, get("another")));
        assertThat(Linearizability.check(history, 1_000)).isEqualTo(UNDECIDED);
    }

    /** Four clients on one copy; each operation takes effect somewhere between its begin and its end. */
    private static List<Operation> ofOneCopy(Random random, int operations) {
        long[] freeAt = new long[4];
        List<long[]> times = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            int client = random.nextInt(freeAt.length);
            long begun = freeAt[client] + random.nextInt(20);
            long effect = begun + random.nextInt(20);
            long end = effect + random.nextInt(20) + 1;
            freeAt[client] = end + 1;
            times.add(new long[] {effect, begun, end, client});
        }
        times.sort((one, other) -> Long.compare(one[0], other[0]));
        List<Operation> history = new ArrayList<>();
        String value = null;
        for (long[] time : times) {
            boolean inDoubt = random.nextInt(15) == 0;
            boolean happens = !inDoubt || random.nextBoolean();
            Kind kind;
            if (random.nextInt(3) > 0) {
                kind = get(value);
            } else {
                String written = random.nextInt(5) == 0 ? null : "v" + random.nextInt(1_000);
                kind = put(written);
                value = happens ? written : value;
            }
            if (!(inDoubt && kind instanceof Get)) {
                history.add(new Operation("c" + time[3], kind, time[1], inDoubt ? NEVER : time[2]));
            }
        }
        return history;
    }

    private static Arguments good(String what, Operation... history) {
        return Arguments.of(what, LINEARIZABLE, List.of(history));
    }

    private static Arguments bad(String what, Operation... history) {
        return Arguments.of(what, NOT_LINEARIZABLE, List.of(history));
    }

    private static Operation op(long begunAt, long endedAt, Kind kind) {
        return new Operation("c", kind, begunAt, endedAt);
    }

    private static Get get(@Nullable String found) {
        return new Get(found);
    }

    private static Put put(@Nullable String value) {
        return new Put(value);
    }

    private static Incr incr(long by, long result) {
        return new Incr(by, result);
    }

    private static CheckAndSet cas(@Nullable String expected, @Nullable String value, boolean isSet) {
        return new CheckAndSet(expected, value, isSet);
    }
}
