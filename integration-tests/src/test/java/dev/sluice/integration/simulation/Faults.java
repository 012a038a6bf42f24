package dev.sluice.integration.simulation;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.testing.SimulatedNetwork.Weather;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong, by chance: only what the cluster promises to survive.
 *
 * <ul>
 *   <li>Any processes may be killed, also all of them: what they had written stays.
 *   <li>A machine may lose power, and with it what was not fsynced. With the log not fsynced only one at a time does, while
 *       the others run and are in touch, until its new run has given its places up. With the log fsynced all may at once.
 *   <li>Disks fail one at a time.
 *   <li>The network may do anything, and processes may stand still for any time.
 * </ul>
 */
final class Faults {
    private final Cluster cluster;
    private final World world;
    private final Chance chance;
    private final HostPort client;
    private final boolean logFsync;
    private boolean healed;
    private @Nullable SimulatedNode powerless;
    private long disksFailUntilMs;

    Faults(Cluster cluster, HostPort client, boolean logFsync) {
        this.cluster = cluster;
        this.world = cluster.world();
        this.chance = cluster.chance().fork("faults");
        this.client = client;
        this.logFsync = logFsync;
    }

    void start() {
        later(chance.between(100, 600), this::next);
    }

    /** No more faults; all that is down or apart comes back. */
    void heal() {
        healed = true;
        world.tell("everything heals");
        cluster.network().heal();
        cluster.network().setWeather(Weather.FINE);
        for (SimulatedNode node : cluster.nodes()) {
            node.machine().mendDisk();
            resume(node.machine());
            if (!node.machine().isAlive()) {
                node.start();
            }
        }
        for (SimulatedMeta meta : cluster.metas()) {
            resume(meta.machine());
            if (!meta.machine().isAlive()) {
                meta.start();
            }
        }
    }

    private void later(long ms, Runnable task) {
        world.time().schedule(ms, () -> {
            if (!healed) {
                task.run();
            }
        });
    }

    private void next() {
        if (isFragile()) {
            count("pause for a machine without its page cache");
        } else {
            breakSomething();
        }
        later(chance.between(100, 1_200), this::next);
    }

    /** Someone lost what was not fsynced, and may still be taken for a member. */
    private boolean isFragile() {
        SimulatedNode suspect = powerless;
        if (suspect == null) {
            return false;
        }
        if (suspect.machine().isAlive() && suspect.isRegistered(cluster.state())) {
            powerless = null;
        }
        return powerless != null;
    }

    private void breakSomething() {
        switch (chance.nextInt(17)) {
            case 0, 1 -> kill(any());
            case 2 -> killBetweenSteps(any());
            case 3 -> losePower();
            case 4, 5 -> pause(any().machine(), chance.between(100, 3_000));
            case 6 -> pauseMetaLeader();
            case 7, 8 -> partition();
            case 9 -> oneWay();
            case 10 -> isolateMetaLeader();
            case 11 -> weather();
            case 12 -> breakConnections();
            case 13 -> {
                count("fault: meta leader deposed");
                world.tell("the meta leader is deposed");
                cluster.journals().depose();
            }
            case 14 -> killMeta();
            case 15 -> leaderAndNodeApart();
            default -> failDisk();
        }
    }

    private SimulatedNode any() {
        return cluster.nodes().get(chance.nextInt(cluster.nodes().size()));
    }

    private void count(String what) {
        world.count(what);
    }

    private void kill(SimulatedNode node) {
        if (chance.oneIn(12)) {
            count("fault: all replica servers killed");
            cluster.nodes().forEach(this::killNow);
        } else {
            killNow(node);
        }
    }

    private void killNow(SimulatedNode node) {
        if (node.machine().isAlive()) {
            count("fault: replica server killed");
            world.tell(node + " is killed");
            node.kill();
            cluster.restartLater(node);
        }
    }

    private void killBetweenSteps(SimulatedNode node) {
        if (node.machine().isAlive()) {
            node.machine().killAfterOperations(chance.nextInt(60));
        }
    }

    private void losePower() {
        if (logFsync) {
            boolean all = chance.oneIn(3);
            for (SimulatedNode node : all ? cluster.nodes() : List.of(any())) {
                losePower(node);
            }
            if (all) {
                count("fault: power lost everywhere");
            }
            return;
        }
        // The others have to be there until the leader has taken its places from it.
        boolean calm = cluster.faults().isEmpty()
                && cluster.nodes().stream().allMatch(cluster::isInTouch)
                && cluster.network().isWhole();
        if (calm) {
            SimulatedNode node = any();
            powerless = node;
            for (SimulatedNode other : cluster.nodes()) {
                other.machine().mendDisk();
            }
            losePower(node);
        }
    }

    private void losePower(SimulatedNode node) {
        count("fault: power lost");
        world.tell(node + " loses power");
        node.losePower();
        cluster.restartLater(node);
    }

    private void pause(Machine machine, int ms) {
        SimulatedProcess process = machine.process();
        if (process != null && process.isRunning()) {
            count("fault: pause");
            world.tell(machine + " stands still for " + ms + " ms");
            process.pause();
            world.time().schedule(ms, process::resume);
        }
    }

    private static void resume(Machine machine) {
        SimulatedProcess process = machine.process();
        if (process != null && process.isAlive() && process.isPaused()) {
            process.resume();
        }
    }

    private void pauseMetaLeader() {
        SimulatedMeta leader = cluster.leader();
        if (leader != null) {
            count("fault: meta leader paused");
            pause(leader.machine(), chance.between(100, 3_000));
        }
    }

    private List<HostPort> everybody() {
        return Stream.of(
                        cluster.nodes().stream().map(SimulatedNode::address),
                        cluster.metaAddresses().stream(),
                        Stream.of(client))
                .flatMap(each -> each)
                .toList();
    }

    /** Some are apart from the others. */
    private void partition() {
        List<HostPort> one = new ArrayList<>();
        List<HostPort> other = new ArrayList<>();
        everybody().forEach(address -> (chance.oneIn(3) ? one : other).add(address));
        count("fault: partition");
        world.tell("apart: " + one);
        for (HostPort left : one) {
            for (HostPort right : other) {
                cluster.network().block(left, right);
                cluster.network().block(right, left);
            }
        }
        healNetworkLater();
    }

    /** Somebody hears nothing, or is not heard, by all or by one. */
    private void oneWay() {
        List<HostPort> all = everybody();
        HostPort one = all.get(chance.nextInt(all.size()));
        boolean hears = chance.nextBoolean();
        List<HostPort> others = chance.nextBoolean() ? all : List.of(all.get(chance.nextInt(all.size())));
        count("fault: one-way partition");
        world.tell(one + (hears ? " is not heard by " : " hears nothing of ") + others);
        for (HostPort other : others) {
            if (!other.equals(one)) {
                cluster.network().block(hears ? one : other, hears ? other : one);
            }
        }
        healNetworkLater();
    }

    private void isolateMetaLeader() {
        SimulatedMeta leader = cluster.leader();
        if (leader == null) {
            return;
        }
        count("fault: meta leader isolated");
        // Often only from the other meta servers: the nodes still reach it.
        boolean fromNodes = chance.oneIn(3);
        world.tell(leader.address() + " is apart from the other meta servers" + (fromNodes ? " and all nodes" : ""));
        for (HostPort other : fromNodes ? everybody() : cluster.metaAddresses()) {
            if (!other.equals(leader.address())) {
                cluster.network().block(leader.address(), other);
                cluster.network().block(other, leader.address());
            }
        }
        healNetworkLater();
    }

    /** The meta leader and one node believe in each other; all others, too. Clients reach everybody. */
    private void leaderAndNodeApart() {
        SimulatedMeta leader = cluster.leader();
        if (leader == null) {
            return;
        }
        count("fault: meta leader and a node apart from the others");
        List<HostPort> apart = List.of(leader.address(), any().address());
        world.tell("apart: " + apart);
        for (HostPort one : apart) {
            for (HostPort other : everybody()) {
                if (!apart.contains(other) && !other.equals(client)) {
                    cluster.network().block(one, other);
                    cluster.network().block(other, one);
                }
            }
        }
        healNetworkLater();
    }

    private void healNetworkLater() {
        later(chance.between(100, 3_500), () -> {
            world.tell("the network is whole again");
            cluster.network().heal();
        });
    }

    private void weather() {
        count("fault: bad weather");
        Weather bad = new Weather(0, chance.oneIn(3) ? 80 : 10, chance.nextInt(3) * 0.02, chance.nextInt(3) * 0.1);
        world.tell("weather: " + bad);
        cluster.network().setWeather(bad);
        later(chance.between(500, 4_000), () -> cluster.network().setWeather(Weather.FINE));
    }

    private void breakConnections() {
        List<HostPort> all = everybody();
        HostPort one = all.get(chance.nextInt(all.size()));
        count("fault: connections broken");
        world.tell("all connections of " + one + " break");
        cluster.network().breakConnections(one);
    }

    private void killMeta() {
        SimulatedMeta leader = cluster.leader();
        long down = cluster.metas().stream()
                .filter(meta -> !meta.machine().isAlive())
                .count();
        SimulatedMeta victim = leader != null && chance.nextBoolean()
                ? leader
                : cluster.metas().get(chance.nextInt(cluster.metas().size()));
        if (down == 0 || chance.oneIn(3)) {
            count("fault: meta server killed");
            world.tell(victim.machine() + " is killed");
            victim.kill();
            later(chance.between(50, 2_000), () -> {
                if (!victim.machine().isAlive()) {
                    victim.start();
                }
            });
        }
    }

    private void failDisk() {
        if (world.nowMs() >= disksFailUntilMs && cluster.faults().isEmpty()) {
            SimulatedNode node = any();
            int ms = chance.between(50, 800);
            disksFailUntilMs = world.nowMs() + ms + 3_000;
            count("fault: disk fails");
            world.tell("the disk of " + node + " fails for " + ms + " ms");
            node.machine().failDisk(ms);
        }
    }
}
