package dev.sluice.common.rpc.testing;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.time.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A network in virtual time, as unkind as TCP over a bad one: messages take time, keep their order within a connection and
 * not across, are lost together with their connection or arrive late once a partition heals, and some are delivered twice.
 *
 * <p>What belongs to a process runs through its {@link Executor}, which drops it when the process is dead and holds it back
 * while it is paused. Nothing here is safe for use by several threads.
 */
public final class SimulatedNetwork {
    private final EventLoop time;
    private final Random chance;
    private final Consumer<Throwable> onHandlerFailed;
    private final Waiter waiter;
    private final Map<HostPort, Endpoint> endpoints = new HashMap<>();
    private final Map<Link, Route> routes = new LinkedHashMap<>();
    private final Set<Link> blocked = new LinkedHashSet<>();
    private final Set<String> repeatable;
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private Weather weather = Weather.FINE;
    private Consumer<String> trace = line -> {};

    /** A direction between two addresses. */
    private record Link(HostPort from, HostPort to) {
        // By hand: looked up for every message, often by code that is only interpreted yet.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Link link && from.equals(link.from) && to.equals(link.to);
        }

        @Override
        public int hashCode() {
            return 31 * from.hashCode() + to.hashCode();
        }
    }

    /** A server that can be reached. */
    record Endpoint(RpcHandlers handlers, Executor host) {}

    /** How a thread of a process waits: it lets virtual time go on. */
    public interface Waiter {
        /** Returns once it is done, or after so many milliseconds. */
        void await(BooleanSupplier done, long msMax) throws InterruptedException;
    }

    /**
     * How the network behaves.
     *
     * @param delayMsMin shortest way of a message
     * @param delayMsMax longest way
     * @param lossRate share of messages that break their connection
     * @param repeatRate share of messages that arrive twice, of those that may
     */
    public record Weather(int delayMsMin, int delayMsMax, double lossRate, double repeatRate) {
        /** Fast, and nothing is lost. */
        public static final Weather FINE = new Weather(0, 2, 0, 0);
    }

    /** What is under way in one direction. */
    private static final class Route {
        private long lastArrivalMs;
        private final List<Runnable> held = new ArrayList<>();
        private final Set<Runnable> onBreak = new LinkedHashSet<>();
    }

    /**
     * @param repeatable task codes whose requests may arrive twice
     * @param onHandlerFailed hears what handlers and listeners throw, which real servers only log
     */
    public SimulatedNetwork(
            EventLoop time, Random chance, Set<String> repeatable, Waiter waiter, Consumer<Throwable> onHandlerFailed) {
        this.time = time;
        this.chance = chance;
        this.repeatable = Set.copyOf(repeatable);
        this.waiter = waiter;
        this.onHandlerFailed = onHandlerFailed;
    }

    /** Hears a line for each message that arrives. */
    public void setTrace(Consumer<String> newTrace) {
        trace = newTrace;
    }

    public void setWeather(Weather newWeather) {
        weather = newWeather;
    }

    /** The server at that address answers with these handlers, in that process. */
    public void bind(HostPort address, RpcHandlers handlers, Executor host) {
        endpoints.put(address, new Endpoint(handlers, host));
    }

    /** The process at that address has died: its connections break, new ones are refused. */
    public void unbind(HostPort address) {
        endpoints.remove(address);
        breakConnections(address);
    }

    /**
     * The client of the process at an address.
     *
     * @param greeting as what it says hello; null for a client of servers
     */
    public RpcClient client(HostPort self, Executor host, @Nullable Supplier<ServerIdentity> greeting) {
        return new SimulatedClient(this, self, host, greeting);
    }

    /** Nothing gets from one address to the other until {@link #heal}. */
    public void block(HostPort from, HostPort to) {
        blocked.add(new Link(from, to));
        count("blocked");
    }

    /** True while nothing is blocked. */
    public boolean isWhole() {
        return blocked.isEmpty();
    }

    public boolean isBlocked(HostPort from, HostPort to) {
        return !blocked.isEmpty() && blocked.contains(new Link(from, to));
    }

    /** Ends all partitions. What was held back by TCP arrives now. */
    public void heal() {
        List<Link> ended = List.copyOf(blocked);
        blocked.clear();
        for (Link link : ended) {
            Route route = route(link.from(), link.to());
            List<Runnable> late = List.copyOf(route.held);
            route.held.clear();
            for (Runnable arrival : late) {
                route.lastArrivalMs = Math.max(route.lastArrivalMs, time.nowMs() + delayMs());
                time.schedule(route.lastArrivalMs - time.nowMs(), arrival);
            }
        }
    }

    /** Breaks every connection from and to an address. */
    public void breakConnections(HostPort address) {
        for (Map.Entry<Link, Route> each : List.copyOf(routes.entrySet())) {
            if (each.getKey().from().equals(address) || each.getKey().to().equals(address)) {
                breakRoute(each.getValue());
            }
        }
    }

    /** Breaks what goes from one address to the other, and its answers. */
    public void breakConnection(HostPort from, HostPort to) {
        breakRoute(route(from, to));
    }

    private static void breakRoute(Route route) {
        List<Runnable> users = List.copyOf(route.onBreak);
        route.onBreak.clear();
        users.forEach(Runnable::run);
    }

    /** How often what happened: lost, late, repeated, blocked. */
    public Map<String, Long> counts() {
        return counts;
    }

    // ---- For clients and streams

    EventLoop time() {
        return time;
    }

    Waiter waiter() {
        return waiter;
    }

    void trace(String line) {
        trace.accept(line);
    }

    @Nullable
    Endpoint find(HostPort address) {
        return endpoints.get(address);
    }

    void failed(Throwable failure) {
        onHandlerFailed.accept(failure);
    }

    long delayMs() {
        return (long) weather.delayMsMin() + chance.nextInt(weather.delayMsMax() - weather.delayMsMin() + 1);
    }

    boolean isRepeated(String taskCode) {
        boolean repeated =
                weather.repeatRate() > 0 && repeatable.contains(taskCode) && chance.nextDouble() < weather.repeatRate();
        if (repeated) {
            count("repeated");
        }
        return repeated;
    }

    void onBreak(HostPort from, HostPort to, Runnable told) {
        route(from, to).onBreak.add(told);
    }

    void forget(HostPort from, HostPort to, Runnable told) {
        route(from, to).onBreak.remove(told);
    }

    /** A message of a stream: it comes in order, however late; a loss breaks the connection. */
    void sendInOrder(HostPort from, HostPort to, Runnable arrival) {
        if (isBlocked(from, to)) {
            route(from, to).held.add(arrival);
            count("late");
        } else {
            arriveInOrder(from, to, arrival);
        }
        if (isLost()) {
            count("broken");
            time.schedule(delayMs(), () -> breakConnection(from, to));
        }
    }

    /** A message that may be lost: then its connection broke, and others are on a new one. */
    void send(HostPort from, HostPort to, Runnable arrival) {
        if (isBlocked(from, to)) {
            if (chance.nextBoolean()) {
                route(from, to).held.add(arrival);
                count("late");
            } else {
                count("lost");
            }
        } else if (isLost()) {
            if (chance.nextBoolean()) {
                count("overtaken");
                time.schedule(delayMs() + chance.nextInt(300), arrival);
            } else {
                count("lost");
            }
        } else {
            arriveInOrder(from, to, arrival);
        }
    }

    private void arriveInOrder(HostPort from, HostPort to, Runnable arrival) {
        Route route = route(from, to);
        route.lastArrivalMs = Math.max(route.lastArrivalMs, time.nowMs() + delayMs());
        time.schedule(route.lastArrivalMs - time.nowMs(), () -> {
            if (isBlocked(from, to)) {
                route.held.add(arrival);
            } else {
                arrival.run();
            }
        });
    }

    private boolean isLost() {
        return weather.lossRate() > 0 && chance.nextDouble() < weather.lossRate();
    }

    private void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    private Route route(HostPort from, HostPort to) {
        return routes.computeIfAbsent(new Link(from, to), link -> new Route());
    }

    static RpcException networkFailure(String why) {
        return new RpcException(ErrorCode.ERR_NETWORK_FAILURE, why);
    }
}
