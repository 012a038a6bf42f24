package dev.sluice.integration.linearizability;

import dev.sluice.integration.linearizability.Operation.Impossible;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the operations on one key that explains all answers, in the manner of Wing and Gong, with Lowe's
 * memory of what was tried: a set of operations done and the value that they leave are visited once.
 */
public final class Linearizability {
    private final List<Operation> operations;
    private final long stepsMax;
    private final Set<Visited> visited = new HashSet<>();

    /** How a check ended. */
    public enum Verdict {
        LINEARIZABLE,
        NOT_LINEARIZABLE,
        /** The bound of steps was reached first. */
        UNDECIDED
    }

    /** What was done, and what it left. */
    private record Visited(BitSet done, @Nullable String value) {}

    private Linearizability(List<Operation> history, long stepsMax) {
        this.operations = history.stream()
                .sorted(Comparator.comparingLong(Operation::begunAt))
                .toList();
        this.stepsMax = stepsMax;
    }

    /** Judges the operations on one key, which had no value before. */
    public static Verdict check(List<Operation> history, long stepsMax) {
        return new Linearizability(history, stepsMax).run();
    }

    private Verdict run() {
        // Each level of the search has one more operation done than the one above it.
        List<Level> path = new ArrayList<>();
        path.add(new Level(new BitSet(operations.size()), null));
        long steps = 0;
        while (!path.isEmpty()) {
            if (++steps > stepsMax) {
                return Verdict.UNDECIDED;
            }
            Level level = path.get(path.size() - 1);
            if (isExplained(level.done)) {
                return Verdict.LINEARIZABLE;
            }
            Level next = nextOf(level);
            if (next == null) {
                path.remove(path.size() - 1);
            } else {
                path.add(next);
            }
        }
        return Verdict.NOT_LINEARIZABLE;
    }

    /** What nobody heard the end of need not have happened. */
    private boolean isExplained(BitSet done) {
        for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
            if (operations.get(i).isAnswered()) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Level nextOf(Level level) {
        long firstEnd = Long.MAX_VALUE;
        for (int i = level.done.nextClearBit(0); i < operations.size(); i = level.done.nextClearBit(i + 1)) {
            Operation operation = operations.get(i);
            if (operation.begunAt() > firstEnd) {
                break;
            }
            firstEnd = Math.min(firstEnd, operation.endedAt());
        }
        // Answered ones first: most of what nobody heard the end of explains nothing.
        while (level.tried < 2 * operations.size()) {
            int i = level.done.nextClearBit(level.tried % operations.size());
            boolean answeredOnes = level.tried < operations.size();
            if (i >= operations.size() || operations.get(i).begunAt() > firstEnd) {
                level.tried = answeredOnes ? operations.size() : 2 * operations.size();
                continue;
            }
            level.tried = (answeredOnes ? 0 : operations.size()) + i + 1;
            if (answeredOnes && i + 1 == operations.size()) {
                level.tried = operations.size();
            }
            Level next = operations.get(i).isAnswered() == answeredOnes ? after(level, i) : null;
            if (next != null) {
                return next;
            }
        }
        return null;
    }

    /** What follows if that operation is the next; null if it cannot be, or leads where the search has been. */
    private @Nullable Level after(Level level, int i) {
        Operation operation = operations.get(i);
        try {
            String value = operation.kind().after(level.value, operation.isAnswered());
            if (!operation.isAnswered() && Objects.equals(value, level.value)) {
                // As if it had not happened.
                return null;
            }
            BitSet done = (BitSet) level.done.clone();
            done.set(i);
            return visited.add(new Visited(done, value)) ? new Level(done, value) : null;
        } catch (Impossible e) {
            return null;
        }
    }

    private static final class Level {
        private final BitSet done;
        private final @Nullable String value;
        /** Up to which place it was tried, first of the answered ones and then of the others. */
        private int tried;

        private Level(BitSet done, @Nullable String value) {
            this.done = done;
            this.value = value;
        }
    }
}
