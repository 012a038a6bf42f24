package dev.sluice.replica.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.replica.mutation.Mutation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/** Random lives of a log, crashes included, against a naive model. */
final class MutationLogPropertyTest {
    private static final Path DIRECTORY = Path.of("/replica/log");

    enum Kind {
        APPEND,
        APPEND_FSYNC,
        REWRITE,
        DROP,
        TRUNCATE,
        RESTART,
        REOPEN,
        CRASH,
        CRASH_BY_CHANCE
    }

    /** One step; the amount is how far, how many, or a seed. */
    record Action(Kind kind, int amount) {}

    @Provide
    Arbitrary<List<Action>> lives() {
        Arbitrary<Kind> kinds = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.of(Kind.APPEND, Kind.APPEND_FSYNC)), Tuple.of(5, Arbitraries.of(Kind.class)));
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 12))
                .as(Action::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void aLogIsWhatItsModelSays(@ForAll("lives") List<Action> life) throws IOException {
        CrashableFileSystem files = new CrashableFileSystem();
        files.createDirectories(Path.of("/replica"));
        files.syncDirectory(Path.of("/"));
        Model model = new Model();
        MutationLog log = open(files);
        for (Action action : life) {
            switch (action.kind()) {
                case APPEND -> append(log, model, log.lastDecree() + 1, action.amount() + 1, false);
                case APPEND_FSYNC -> append(log, model, log.lastDecree() + 1, action.amount() % 3 + 1, true);
                case REWRITE ->
                    append(log, model, Math.max(1, log.lastDecree() - action.amount()), action.amount() % 4 + 1, false);
                case DROP -> {
                    long decree = Math.max(0, log.lastDecree() - action.amount());
                    log.dropAfter(decree);
                    model.dropAfter(decree);
                }
                case TRUNCATE -> {
                    long decree = log.lastDecree() - action.amount();
                    log.truncateBefore(decree);
                    model.keptFrom = Math.max(model.keptFrom, decree);
                }
                case RESTART -> {
                    long decree = log.lastDecree() + action.amount() * 10L;
                    log.restartAfter(decree);
                    model.restartAfter(decree);
                }
                case REOPEN -> {
                    log.close();
                    log = open(files);
                }
                case CRASH, CRASH_BY_CHANCE -> {
                    if (action.kind() == Kind.CRASH) {
                        files.crash();
                    } else {
                        files.crash(new Random(action.amount()));
                    }
                    log = open(files);
                    model.settleAt(log);
                }
            }
            model.requireSame(log);
        }
        log.close();
    }

    private static MutationLog open(CrashableFileSystem files) {
        return SegmentedMutationLog.open(files, DIRECTORY, LogOptions.DEFAULT.withSegmentBytesMax(600), Runnable::run);
    }

    private static void append(MutationLog log, Model model, long first, int count, boolean fsync) {
        List<Mutation> mutations = new ArrayList<>();
        for (long decree = first; decree < first + count; decree++) {
            model.put(decree);
            mutations.add(MutationLogContract.mutation(decree, model.ballot));
        }
        if (fsync) {
            model.allIsDurable();
        }
        log.append(mutations, fsync, new MutationLogContract.Outcome());
    }

    /** Every state since the last one that is surely on the disk. */
    private static final class Model {
        private final List<State> possible = new ArrayList<>(List.of(new State(0, new TreeMap<>())));
        private long ballot;
        /** Nothing from here on was given up. */
        private long keptFrom = 1;

        /** Ballots by decree. */
        private record State(long lastDecree, NavigableMap<Long, Long> ballots) {}

        private State last() {
            return possible.get(possible.size() - 1);
        }

        void put(long decree) {
            TreeMap<Long, Long> ballots = new TreeMap<>(last().ballots().headMap(decree, false));
            ballots.put(decree, ++ballot);
            possible.add(new State(decree, ballots));
        }

        void dropAfter(long decree) {
            if (decree < last().lastDecree()) {
                possible.add(new State(decree, new TreeMap<>(last().ballots().headMap(decree, true))));
            }
        }

        void restartAfter(long decree) {
            possible.add(new State(decree, new TreeMap<>()));
            allIsDurable();
            keptFrom = 1;
        }

        void allIsDurable() {
            possible.subList(0, possible.size() - 1).clear();
        }

        void settleAt(MutationLog log) {
            State found = possible.stream()
                    .filter(state -> isSame(state, log))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(
                            "after a crash the log holds " + contents(log) + ", expected one of " + possible));
            possible.clear();
            possible.add(found);
        }

        void requireSame(MutationLog log) {
            assertThat(isSame(last(), log))
                    .as(() -> "the log holds " + contents(log) + ", expected " + last())
                    .isTrue();
            if (log.firstDecree() <= log.lastDecree() && last().ballots().containsKey(keptFrom)) {
                assertThat(log.firstDecree()).isLessThanOrEqualTo(Math.max(1, keptFrom));
            }
        }

        private static boolean isSame(State state, MutationLog log) {
            return log.lastDecree() == state.lastDecree()
                    && contents(log).equals(withoutKeysBefore(state.ballots(), log.firstDecree()));
        }

        private static List<String> contents(MutationLog log) {
            return MutationLogContract.values(log.read(log.firstDecree(), Integer.MAX_VALUE));
        }

        private static List<String> withoutKeysBefore(NavigableMap<Long, Long> ballots, long first) {
            List<String> values = new ArrayList<>();
            ballots.tailMap(first, true).forEach((decree, ballot) -> values.add(decree + "@" + ballot));
            return values;
        }
    }
}
