package dev.sluice.integration.simulation;

import dev.sluice.common.Gpid;
import dev.sluice.integration.linearizability.History;
import dev.sluice.integration.linearizability.Operation;
import dev.sluice.integration.linearizability.Operation.Put;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What loads do to the keys of clients, as operations in their histories: a publish is a write at each key that it changes, of
 * what it brings or leaves there.
 *
 * <p>It has no effect before some engine has applied it, for nobody can read it anywhere; and all of its effect once a replica
 * that has applied it is the primary, for nobody can read or write past it. A new primary serves only when it has applied
 * all it has prepared, so that one which lags behind is no third place.
 */
final class PublishesInHistories {
    private static final String CLIENT = "load";

    private final List<Publishing> underWay = new ArrayList<>();
    private final List<Publishing> done = new ArrayList<>();

    /**
     * One publish in one partition.
     *
     * @param values what keys hold behind it that held something else before; null for nothing
     */
    private record Publishing(
            Gpid gpid, long decree, Map<String, @Nullable String> values, long begunAt, long endedAt) {}

    /** The first engine has applied it. */
    void begun(Gpid gpid, long decree, Map<String, @Nullable String> values, long at) {
        underWay.add(new Publishing(gpid, decree, values, at, Operation.NEVER));
    }

    /** A primary has applied everything up to that decree. */
    void appliedByPrimary(Gpid gpid, long decree, long at) {
        for (int i = underWay.size() - 1; i >= 0; i--) {
            Publishing each = underWay.get(i);
            if (each.gpid().equals(gpid) && each.decree() <= decree) {
                underWay.remove(i);
                done.add(new Publishing(gpid, each.decree(), each.values(), each.begunAt(), at));
            }
        }
    }

    /** Once all is whole: every publish that anybody has applied has its place. */
    void addTo(History history) {
        if (!underWay.isEmpty()) {
            throw new AssertionError("no primary has applied " + underWay);
        }
        done.forEach(each -> each.values()
                .forEach((key, value) ->
                        history.add(key, new Operation(CLIENT, new Put(value), each.begunAt(), each.endedAt()))));
    }
}
