package dev.sluice.integration.linearizability;

import dev.sluice.integration.linearizability.Linearizability.Verdict;
import dev.sluice.integration.linearizability.Operation.Get;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What clients did and heard, by key. Safe for use by several threads. */
public final class History {
    private static final long STEPS_MAX = 5_000_000;

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
        byKey.forEach((key, operations) -> {
            Verdict verdict = Linearizability.check(operations, STEPS_MAX);
            if (verdict != Verdict.LINEARIZABLE) {
                StringBuilder text = new StringBuilder();
                operations.forEach(
                        operation -> text.append(System.lineSeparator()).append(operation));
                throw new AssertionError("Linearizable: the history of key " + key + " is " + verdict + text);
            }
        });
    }
}
