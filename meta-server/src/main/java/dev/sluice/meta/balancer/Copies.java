package dev.sluice.meta.balancer;

import dev.sluice.common.HostPort;
import dev.sluice.meta.balancer.Layout.AppLayout;
import dev.sluice.meta.balancer.Layout.Tally;
import dev.sluice.meta.state.Configuration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the next replica to copy: from a node to one that has at least two fewer of the app; if the app is even, to one that
 * has one fewer of the app and at least two fewer of all. Either makes a sum of squares fall, so this ends.
 */
final class Copies {
    private Copies() {}

    /** The partition of which one node is to have the replica instead of the other. */
    record Copy(Configuration configuration, HostPort from, HostPort to) {}

    static Optional<Copy> next(AppLayout app, Layout layout) {
        Tally tally = app.tally();
        Tally total = layout.total();
        List<Pair> pairs = new ArrayList<>();
        for (HostPort from : layout.nodes()) {
            for (HostPort to : layout.nodes()) {
                int ofApp = tally.replicas(from) - tally.replicas(to);
                int ofAll = total.replicas(from) - total.replicas(to);
                if (ofApp >= 2 || (ofApp == 1 && ofAll >= 2)) {
                    pairs.add(new Pair(from, to, ofApp, ofAll));
                }
            }
        }
        pairs.sort(Comparator.comparingInt(Pair::ofApp)
                .thenComparingInt(Pair::ofAll)
                .reversed()
                .thenComparing(Pair::from)
                .thenComparing(Pair::to));
        List<Configuration> movable = app.movable();
        return pairs.stream().flatMap(pair -> find(pair, movable).stream()).findFirst();
    }

    /** A secondary rather than a primary: nobody notices when it goes. */
    private static Optional<Copy> find(Pair pair, List<Configuration> movable) {
        return movable.stream()
                .filter(now -> now.hasMember(pair.from()) && !now.hasMember(pair.to()))
                .min(Comparator.comparing(now -> now.isPrimary(pair.from())))
                .map(now -> new Copy(now, pair.from(), pair.to()));
    }

    private record Pair(HostPort from, HostPort to, int ofApp, int ofAll) {}
}
