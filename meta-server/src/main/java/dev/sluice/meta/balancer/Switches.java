package dev.sluice.meta.balancer;

import dev.sluice.common.HostPort;
import dev.sluice.meta.balancer.Layout.AppLayout;
import dev.sluice.meta.balancer.Layout.Tally;
import dev.sluice.meta.state.Configuration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the next primary to switch.
 *
 * <p>Nodes are joined where one leads a partition of which the other is a secondary: there a primary can go. From a node to
 * one that leads at least two fewer of the app a chain of switches evens them out, each node between gives one and takes one.
 * The shortest chain is taken, its last switch first: then every node between leads exactly one fewer than the first and one
 * more than the last, so the switch leaves the spread as it is and a shorter chain behind. With each chain the sum of the
 * squares falls, so this ends.
 *
 * <p>An app that is even that way may still be moved about without making it uneven, where that evens out the nodes over all
 * apps.
 */
final class Switches {
    private Switches() {}

    /** The partition whose primary goes to that node. */
    record Switch(Configuration configuration, HostPort to) {}

    static Optional<Switch> next(AppLayout app, Layout layout) {
        Map<HostPort, Map<HostPort, Configuration>> ways = ways(app);
        Optional<Switch> withinApp = withinApp(app.tally(), ways, layout.nodes());
        return withinApp.isPresent() ? withinApp : overAll(app.tally(), layout.total(), ways);
    }

    private static Map<HostPort, Map<HostPort, Configuration>> ways(AppLayout app) {
        Map<HostPort, Map<HostPort, Configuration>> ways = new TreeMap<>();
        for (Configuration configuration : app.movable()) {
            for (HostPort secondary : configuration.secondaries()) {
                ways.computeIfAbsent(configuration.members().get(0), any -> new TreeMap<>())
                        .putIfAbsent(secondary, configuration);
            }
        }
        return ways;
    }

    private static Optional<Switch> withinApp(
            Tally tally, Map<HostPort, Map<HostPort, Configuration>> ways, List<HostPort> nodes) {
        Chain best = null;
        for (HostPort from : nodes) {
            Chain found = shortest(from, tally, ways);
            if (found != null && (best == null || found.isBetterThan(best))) {
                best = found;
            }
        }
        return Optional.ofNullable(best).map(Chain::last);
    }

    /** The shortest chain from that node to one that leads at least two fewer; of these, to the one that leads the fewest. */
    private static @Nullable Chain shortest(
            HostPort from, Tally tally, Map<HostPort, Map<HostPort, Configuration>> ways) {
        Set<HostPort> seen = new HashSet<>();
        Deque<Reached> next = new ArrayDeque<>();
        seen.add(from);
        next.add(new Reached(from, 0));
        Chain best = null;
        while (!next.isEmpty()) {
            Reached here = next.remove();
            if (best != null && best.length() <= here.length()) {
                break;
            }
            for (Map.Entry<HostPort, Configuration> way :
                    ways.getOrDefault(here.node(), Map.of()).entrySet()) {
                HostPort to = way.getKey();
                if (!seen.add(to)) {
                    continue;
                }
                next.add(new Reached(to, here.length() + 1));
                int gain = tally.primaries(from) - tally.primaries(to);
                Chain found = new Chain(here.length() + 1, gain, new Switch(way.getValue(), to));
                if (gain >= 2 && (best == null || found.isBetterThan(best))) {
                    best = found;
                }
            }
        }
        return best;
    }

    private record Reached(HostPort node, int length) {}

    private record Chain(int length, int gain, Switch last) {
        boolean isBetterThan(Chain other) {
            return length < other.length || (length == other.length && gain > other.gain);
        }
    }

    private static Optional<Switch> overAll(
            Tally tally, Tally total, Map<HostPort, Map<HostPort, Configuration>> ways) {
        return ways.entrySet().stream()
                .flatMap(from -> from.getValue().entrySet().stream()
                        .filter(to -> tally.primaries(from.getKey()) - tally.primaries(to.getKey()) == 1
                                && total.primaries(from.getKey()) - total.primaries(to.getKey()) >= 2)
                        .map(to -> new Switch(to.getValue(), to.getKey())))
                .max(Comparator.comparingInt((Switch found) ->
                                total.primaries(found.configuration().members().get(0)) - total.primaries(found.to()))
                        .thenComparing(found -> found.configuration().gpid(), Comparator.reverseOrder()));
    }
}
