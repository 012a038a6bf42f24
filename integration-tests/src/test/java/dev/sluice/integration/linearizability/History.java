package dev.sluice.integration.linearizability;

import dev.sluice.integration.linearizability.Linearizability.Verdict;
import dev.sluice.integration.linearizability.Operation.Get;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What clients did and heard, by key. Safe for use by several threads. */
public final class History {
    private static final long STEPS_MAX = 1_000_000;

    private final Map<String, List<Operation>> byKey = new TreeMap<>();

    /** Adds an operation that has ended, or of which nobody will hear. A read that was not answered says nothing. */
    public synchronized void add(String key, Operation operation) {
        if (operation.isAnswered() || !(operation.kind() instanceof Get)) {
            byKey.computeIfAbsent(key, each -> new ArrayList<>()).add(operation);
        }
    }

    /** How many operations there are. */
    public synchronized int size() {
        return byKey.values().stream().mapToInt(List::size).sum();
    }

    /** Fails with the key and its operations unless all of them can be explained. */
    public synchronized void requireLinearizable() {
        requireNone(Set.of(Verdict.NOT_LINEARIZABLE, Verdict.UNDECIDED));
    }

    /** Fails with the key and its operations if those of one cannot be explained; not if that could not be found out. */
    public synchronized void requireNothingUnexplained() {
        requireNone(Set.of(Verdict.NOT_LINEARIZABLE));
    }

    private void requireNone(Set<Verdict> bad) {
        byKey.forEach((key, operations) -> {
            Verdict verdict = Linearizability.check(operations, STEPS_MAX);
            if (bad.contains(verdict)) {
                StringBuilder text = new StringBuilder();
                operations.forEach(
                        operation -> text.append(System.lineSeparator()).append(operation));
                throw new AssertionError("Linearizable: the history of key " + key + " is " + verdict + text);
            }
        });
    }
}
