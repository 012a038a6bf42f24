package dev.sluice.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Change;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A group of replicas on simulated disks and a simulated network, a leader that keeps it at three members, and clients that
 * write, all from one seed. Messages are lost, delayed and overtake each other; processes crash with appends under way.
 *
 * <p>Faults are those that the design survives: at no time do all members lose their process at once, unless one is left.
 */
final class GroupSimulation {
    private static final int NODES = 4;
    private static final int MEMBERS = 3;
    private static final int GRACE_MS = 400;
    private static final long NO_COUNT = -1;
    private static final Limits LIMITS = new Limits(5, 200, 100, 300, 400, 3, 8, 2_000);

    private final Random random;
    private final PriorityQueue<Event> queue =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::order));
    private final List<Node> nodes = new ArrayList<>();
    private final TreeMap<Long, Mutation> committed = new TreeMap<>();
    private final Map<Long, Long> acknowledged = new HashMap<>();
    private final Map<HostPort, Reported> reports = new HashMap<>();
    private Configuration configuration;
    private final Map<HostPort, Integer> incarnations = new HashMap<>();
    private final Set<HostPort> learners = new TreeSet<>();
    private final Set<Cut> cuts = new HashSet<>();
    private long nowMs;
    private long order;
    private long lastToken;
    private double lossRate;
    private boolean faulty = true;

    private record Cut(HostPort from, HostPort to) {}

    private record Event(long atMs, long order, Runnable task) {}

    private record Reported(Ballot ballot, Status status) {}

    GroupSimulation(long seed) {
        random = new Random(seed);
        for (int i = 0; i < NODES; i++) {
            Node node = new Node(new HostPort("10.0.0." + (i + 1), 34801));
            nodes.add(node);
            node.start();
            incarnations.put(node.address, node.incarnation);
        }
        configuration = new Configuration(
                new Ballot(1), nodes.get(0).address, List.of(nodes.get(1).address, nodes.get(2).address), List.of(), 2);
        every(20, 40, this::lead);
        every(2, 10, this::write);
        every(60, 400, this::breakSomething);
        every(30, 60, () -> nodes.forEach(Node::tick));
        // The slow beat of reports: they may have overtaken each other.
        every(
                150,
                250,
                () -> nodes.stream().filter(node -> node.alive).forEach(node -> node.report(new Effect.Report())));
    }

    /** Runs with faults, then heals and runs until the group is whole and equal. */
    void run(long faultyMs) {
        runFor(faultyMs);
        faulty = false;
        lossRate = 0;
        cuts.clear();
        nodes.forEach(node -> {
            if (!node.alive) {
                node.start();
            }
        });
        long endMs = nowMs + 60_000;
        while (nowMs < endMs && !isWhole()) {
            runFor(100);
        }
        assertThat(isWhole())
                .as("whole and equal after healing: %s, %s", configuration, nodes)
                .isTrue();
        acknowledged.forEach((token, decree) -> assertThat(tokensOf(Objects.requireNonNull(committed.get(decree))))
                .as("the write that was acknowledged at %s", decree)
                .contains(token));
        assertThat(acknowledged).isNotEmpty();
        // Each increment was evaluated when all before it was applied, and only once: no count is missing or there
        // twice.
        List<Long> counts = committed.values().stream()
                .flatMap(mutation -> countsIn(mutation).stream())
                .toList();
        assertThat(counts)
                .isNotEmpty()
                .isEqualTo(LongStream.rangeClosed(1, counts.size()).boxed().toList());
    }

    private boolean isWhole() {
        if (configuration.memberCount() < MEMBERS || committed.isEmpty()) {
            return false;
        }
        return nodes.stream()
                .filter(node -> isMember(node.address))
                .allMatch(node -> node.alive
                        && node.engine.size() == committed.size()
                        && node.role.configuration().ballot().equals(configuration.ballot()));
    }

    private void runFor(long ms) {
        long endMs = nowMs + ms;
        while (!queue.isEmpty() && queue.peek().atMs() <= endMs) {
            Event event = queue.remove();
            nowMs = event.atMs();
            event.task().run();
        }
        nowMs = endMs;
    }

    private void after(long delayMs, Runnable task) {
        queue.add(new Event(nowMs + delayMs, order++, task));
    }

    private void every(int min, int max, Runnable task) {
        after(min + random.nextInt(max - min + 1), () -> {
            task.run();
            every(min, max, task);
        });
    }

    private void write() {
        if (!faulty) {
            return;
        }
        for (Node node : nodes) {
            if (node.alive && node.role instanceof Primary) {
                long token = ++lastToken;
                Write write = random.nextInt(3) == 0
                        ? Write.toBeEvaluated(token, 16)
                        : new Write(token, List.of(row(token, NO_COUNT)));
                node.perform(node.role.onWrite(write, nowMs, nowMs * 1000 + token));
            }
        }
    }

    private static RowChange row(long token, long count) {
        return new RowChange(
                ByteBuffer.allocate(8).putLong(token).array(),
                ByteBuffer.allocate(8).putLong(count).array());
    }

    /** The counts that the increments of a mutation left, in order. */
    private static List<Long> countsIn(Mutation mutation) {
        return mutation.change() instanceof Change.Rows rows
                ? rows.rows().stream()
                        .map(row -> ByteBuffer.wrap(Objects.requireNonNull(row.value()))
                                .getLong())
                        .filter(count -> count != NO_COUNT)
                        .toList()
                : List.of();
    }

    private void breakSomething() {
        if (!faulty) {
            return;
        }
        switch (random.nextInt(9)) {
            case 0, 1 -> crashSomebody();
            case 2 -> lossRate = random.nextInt(4) * 0.1;
            case 3 -> movePrimary();
            case 4 -> any().pausedUntilMs = nowMs + random.nextInt(1_000);
            case 5 -> cutOneWay();
            case 6 -> {
                Node node = any();
                boolean alone = isMember(node.address) && configuration.memberCount() == 1;
                if (node.alive
                        && (alone || !isMember(node.address) || liveMembers().size() > 1)) {
                    node.perform(node.role.onDamage("injected damage", nowMs));
                    node.failed |= node.role instanceof Failed;
                }
            }
            case 7 -> {
                Node node = any();
                node.durable = node.applied();
                node.log
                        .headMap(Math.max(0, node.durable - random.nextInt(20)), true)
                        .clear();
            }
            default -> {
                Node node = any();
                if (node.alive && (!isMember(node.address) || liveMembers().size() > 1)) {
                    node.perform(node.role.onFailure("injected", nowMs));
                    node.failed = true;
                }
            }
        }
    }

    /** From one node nothing reaches another for a while; the other way all goes on. */
    private void cutOneWay() {
        Cut cut = new Cut(any().address, any().address);
        cuts.add(cut);
        after(random.nextInt(2_000), () -> cuts.remove(cut));
    }

    private Node any() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void crashSomebody() {
        Node victim = any();
        if (!victim.alive) {
            return;
        }
        boolean last = liveMembers().stream().allMatch(node -> node == victim) && configuration.memberCount() > 1;
        if (!last) {
            victim.crash();
            after(random.nextInt(1_500), () -> {
                if (!victim.alive) {
                    victim.start();
                }
            });
        }
    }

    // ---- The leader

    private List<Node> liveMembers() {
        return nodes.stream()
                .filter(node -> node.alive && isMember(node.address) && isSame(node) && !node.isFailed())
                .toList();
    }

    private boolean isSame(Node node) {
        return Integer.valueOf(node.incarnation).equals(incarnations.get(node.address));
    }

    private boolean isMember(HostPort node) {
        return node.equals(configuration.primary())
                || configuration.secondaries().contains(node);
    }

    private void movePrimary() {
        List<Node> live = liveMembers();
        if (live.size() < 2 || live.size() < configuration.memberCount()) {
            return;
        }
        reconfigure(live.get(random.nextInt(live.size())).address, live);
    }

    private void reconfigure(HostPort primary, List<Node> members) {
        List<HostPort> secondaries = members.stream()
                .map(node -> node.address)
                .filter(node -> !node.equals(primary))
                .toList();
        learners.removeAll(secondaries);
        learners.remove(primary);
        configuration = new Configuration(
                configuration.ballot().next(),
                primary,
                secondaries,
                List.copyOf(learners),
                configuration.minReplicaCount());
    }

    private void lead() {
        List<Node> fit = new ArrayList<>();
        for (Node node : nodes) {
            boolean gone = !node.alive && nowMs - node.crashedAtMs > GRACE_MS;
            boolean unreachable = reported(configuration.primary())
                    .map(status -> status.unreachable().contains(node.address))
                    .orElse(false);
            boolean leaves = gone || !isSame(node) || node.isFailed() || unreachable;
            if (isMember(node.address) && !leaves) {
                fit.add(node);
            }
        }
        if (!fit.isEmpty() && fit.size() < configuration.memberCount()) {
            Node primary = fit.stream()
                    .filter(node -> node.address.equals(configuration.primary()))
                    .findFirst()
                    .orElseGet(() -> fit.stream()
                            .filter(node -> node.alive)
                            .max(Comparator.comparingLong(node -> node.history.prepared()))
                            .orElse(fit.get(0)));
            reconfigure(primary.address, fit);
        }
        // A last member is taken as it is.
        nodes.forEach(node -> {
            if (!isMember(node.address) || configuration.memberCount() == 1) {
                incarnations.put(node.address, node.incarnation);
            }
        });
        reported(configuration.primary())
                .ifPresent(status -> status.learners().stream()
                        .filter(learner -> learner.caughtUp() && learners.contains(learner.node()))
                        .findFirst()
                        .ifPresent(learner -> {
                            List<Node> members = new ArrayList<>(nodes.stream()
                                    .filter(node -> isMember(node.address) || node.address.equals(learner.node()))
                                    .toList());
                            if (members.size() <= MEMBERS) {
                                reconfigure(Objects.requireNonNull(configuration.primary()), members);
                            }
                        }));
        for (Node node : nodes) {
            boolean learns =
                    node.alive && !isMember(node.address) && learners.size() + configuration.memberCount() < MEMBERS;
            if (learns) {
                learners.add(node.address);
            }
        }
        learners.removeIf(learner -> {
            Node node = nodeAt(learner);
            return !node.alive || isMember(learner);
        });
        configuration = new Configuration(
                configuration.ballot(),
                configuration.primary(),
                configuration.secondaries(),
                List.copyOf(learners),
                configuration.minReplicaCount());
        for (Node node : nodes) {
            Configuration told = configuration;
            deliver(null, node, () -> {
                if (!told.ballot().isOlderThan(node.role.configuration().ballot())) {
                    node.perform(node.role.onDirective(told, nowMs));
                    node.failed &= node.role instanceof Failed;
                }
            });
        }
    }

    private Optional<Status> reported(@Nullable HostPort node) {
        Reported reported = node == null ? null : reports.get(node);
        return reported == null || !reported.ballot().equals(configuration.ballot())
                ? Optional.empty()
                : Optional.of(reported.status());
    }

    private Node nodeAt(HostPort address) {
        return nodes.stream()
                .filter(node -> node.address.equals(address))
                .findFirst()
                .orElseThrow();
    }

    // ---- The network

    private void deliver(@Nullable HostPort from, Node to, Runnable message) {
        if (random.nextDouble() < lossRate || (from != null && cuts.contains(new Cut(from, to.address)))) {
            return;
        }
        arrive(to, to.incarnation, 1 + random.nextInt(delayMsMax()), message);
    }

    /** Now and then an answer is later than anybody waits for it. */
    private int delayMsMax() {
        int chance = faulty ? random.nextInt(200) : 100;
        return chance == 0 ? 3 * (int) LIMITS.prepareTimeoutMs() : chance < 20 ? 100 : 10;
    }

    /** A node that is paused hears it when it goes on. */
    private void arrive(Node to, int incarnation, long delayMs, Runnable message) {
        after(delayMs, () -> {
            if (!to.alive || to.incarnation != incarnation) {
                return;
            }
            if (nowMs < to.pausedUntilMs) {
                arrive(to, incarnation, to.pausedUntilMs - nowMs, message);
            } else {
                message.run();
            }
        });
    }

    private static Set<Long> tokensOf(Mutation mutation) {
        Set<Long> tokens = new TreeSet<>();
        if (mutation.change() instanceof Change.Rows rows) {
            rows.rows().forEach(row -> tokens.add(ByteBuffer.wrap(row.key()).getLong()));
        }
        return tokens;
    }

    /** One replica with its disk. */
    private final class Node implements Effect.Handler {
        private final HostPort address;
        /** What the process believes to be in its log; {@code disk} has what survives its crash. */
        private final TreeMap<Long, Mutation> log = new TreeMap<>();

        private final TreeMap<Long, Mutation> disk = new TreeMap<>();
        private final Deque<Runnable> writing = new ArrayDeque<>();
        private final TreeMap<Long, Mutation> engine = new TreeMap<>();
        private final Map<Long, Consumer<PrepareAnswer>> prepares = new HashMap<>();
        private final Map<Long, Consumer<LearnAnswer>> lessons = new HashMap<>();
        private History history = new History(LIMITS, 0, List.of(), 0);
        private Role role;
        private int incarnation;
        private boolean alive;
        private boolean failed;
        private long durable;
        private long crashedAtMs;
        private long pausedUntilMs;
        private long tokens;

        private Node(HostPort address) {
            this.address = address;
            this.role = Role.found(address, history, LIMITS);
        }

        private long applied() {
            return engine.isEmpty() ? 0 : engine.lastKey();
        }

        private boolean isFailed() {
            return failed || role instanceof Failed;
        }

        private void crash() {
            alive = false;
            crashedAtMs = nowMs;
            incarnation++;
            int survive = writing.isEmpty() ? 0 : random.nextInt(writing.size() + 1);
            for (int i = 0; i < survive; i++) {
                writing.removeFirst().run();
            }
            writing.clear();
            // The engine keeps what was flushed, and of the commit point a hint that may be old.
            durable += random.nextInt((int) (applied() - durable + 1));
            long hint = durable + random.nextInt((int) (applied() - durable + 1));
            engine.tailMap(durable, false).clear();
            long replayed = durable;
            while (replayed < hint && disk.containsKey(replayed + 1)) {
                replayed++;
                engine.put(replayed, disk.get(replayed));
            }
        }

        private void start() {
            alive = true;
            failed = false;
            prepares.clear();
            lessons.clear();
            List<Mutation> uncommitted = new ArrayList<>();
            long next = applied() + 1;
            while (disk.containsKey(next)) {
                uncommitted.add(disk.get(next));
                next++;
            }
            if (disk.isEmpty() || disk.firstKey() > applied() + 1 || disk.lastKey() < applied()) {
                disk.clear();
                uncommitted.clear();
            }
            log.clear();
            log.putAll(disk);
            history = new History(LIMITS, applied(), uncommitted, nowMs * 1000);
            role = Role.found(address, history, LIMITS);
        }

        private void tick() {
            if (alive && nowMs >= pausedUntilMs) {
                perform(role.onTick(nowMs));
            }
        }

        private void perform(Step step) {
            role = step.next();
            step.effects().forEach(effect -> effect.performOn(this));
        }

        private void enqueue(Runnable toDisk, Runnable done) {
            int mine = incarnation;
            Runnable whole = () -> {
                toDisk.run();
                if (alive && incarnation == mine) {
                    arrive(this, mine, 0, done);
                }
            };
            writing.addLast(whole);
            after(random.nextInt(6), () -> {
                if (incarnation == mine && !writing.isEmpty()) {
                    writing.removeFirst().run();
                }
            });
        }

        @Override
        public void append(Effect.Append effect) {
            long first = effect.mutations().get(0).decree();
            log.tailMap(first, true).clear();
            effect.mutations().forEach(mutation -> log.put(mutation.decree(), mutation));
            enqueue(
                    () -> {
                        disk.tailMap(first, true).clear();
                        effect.mutations().forEach(mutation -> disk.put(mutation.decree(), mutation));
                    },
                    () -> perform(role.onLogWritten(effect.sequence(), nowMs)));
        }

        @Override
        public void dropLogAfter(Effect.DropLogAfter effect) {
            log.tailMap(effect.decree(), false).clear();
            enqueue(() -> disk.tailMap(effect.decree(), false).clear(), () -> {});
        }

        @Override
        public void commit(Effect.Commit effect) {
            Mutation mutation = effect.mutation();
            long decree = mutation.decree();
            assertThat(decree).as("the next decree of %s", address).isEqualTo(applied() + 1);
            Mutation known = committed.putIfAbsent(decree, mutation);
            if (known != null) {
                assertThat(List.of(mutation.ballot(), mutation.timestampUs(), tokensOf(mutation)))
                        .as("what %s commits at %s", address, decree)
                        .isEqualTo(List.of(known.ballot(), known.timestampUs(), tokensOf(known)));
            }
            assertThat(disk).as("the log of %s, which commits", address).containsKey(decree);
            engine.put(decree, mutation);
            effect.tokens().forEach(token -> acknowledged.put(token, decree));
        }

        @Override
        public void evaluate(Effect.Evaluate effect) {
            Role asker = role;
            int mine = incarnation;
            after(random.nextInt(3), () -> {
                if (!alive || incarnation != mine || role != asker) {
                    return;
                }
                long count = engine.values().stream()
                        .flatMap(mutation -> countsIn(mutation).stream())
                        .reduce(0L, (before, next) -> next);
                List<Write> evaluated = new ArrayList<>();
                for (Write write : effect.writes()) {
                    evaluated.add(
                            write.rows() == null
                                    ? new Write(write.token(), List.of(row(write.token(), ++count)))
                                    : write);
                }
                perform(role.onEvaluated(evaluated, nowMs));
            });
        }

        @Override
        public void refuse(Effect.Refuse effect) {
            assertThat(acknowledged).doesNotContainKey(effect.token());
        }

        @Override
        public void send(Effect.Send effect) {
            Node to = nodeAt(effect.to());
            int mine = incarnation;
            long messageId = effect.prepare().messageId();
            boolean[] answered = new boolean[1];
            Consumer<PrepareAnswer> hear = answer -> {
                if (alive && incarnation == mine && !answered[0]) {
                    answered[0] = true;
                    perform(role.onPrepareAnswer(effect.to(), answer, nowMs));
                }
            };
            // As over the network: the receiver does not know the sender's message id.
            Prepare sent = effect.prepare();
            Prepare received = new Prepare(
                    0,
                    sent.ballot(),
                    sent.primary(),
                    sent.mutations(),
                    sent.lastCommitted(),
                    sent.toLearner(),
                    sent.learnId(),
                    sent.firstOfBallot());
            Runnable arrives = () -> {
                long token = ++to.tokens;
                to.prepares.put(
                        token,
                        answer -> deliver(
                                to.address,
                                this,
                                () -> hear.accept(new PrepareAnswer(
                                        messageId,
                                        answer.outcome(),
                                        answer.ballot(),
                                        answer.lastPrepared(),
                                        answer.lastCommitted()))));
                to.perform(to.role.onPrepare(token, received, nowMs));
            };
            deliver(address, to, arrives);
            if (faulty && random.nextInt(30) == 0) {
                deliver(address, to, arrives);
            }
            after(LIMITS.prepareTimeoutMs(), () -> hear.accept(PrepareAnswer.lost(messageId)));
        }

        @Override
        public void readLog(Effect.ReadLog effect) {
            after(0, () -> {
                if (alive) {
                    List<Mutation> found = log.containsKey(effect.fromDecree())
                            ? log.tailMap(effect.fromDecree(), true).values().stream()
                                    .limit(5)
                                    .toList()
                            : List.of();
                    perform(role.onLogRead(effect.peer(), effect.fromDecree(), found, nowMs));
                }
            });
        }

        @Override
        public void answer(Effect.Answer effect) {
            Consumer<PrepareAnswer> asked = prepares.remove(effect.token());
            if (asked != null) {
                assertThat(effect.answer().outcome()).isNotEqualTo(Outcome.LOST);
                asked.accept(effect.answer());
            }
        }

        @Override
        public void teach(Effect.Teach effect) {
            Consumer<LearnAnswer> asked = lessons.remove(effect.token());
            if (asked == null) {
                return;
            }
            LearnAsk ask = effect.ask();
            switch (effect.lesson()) {
                case REFUSE -> asked.accept(new LearnAnswer.Failed("refused"));
                case PREPARES -> asked.accept(new LearnAnswer.Log(List.of(), ask.lastCommitted() + 1));
                case CHECKPOINT -> asked.accept(new LearnAnswer.Installed(applied()));
                case LOG -> after(0, () -> teachLog(ask, asked));
            }
        }

        private void teachLog(LearnAsk ask, Consumer<LearnAnswer> asked) {
            long upTo = Math.min(history.committed(), ask.lastCommitted() + 5);
            if (!log.containsKey(ask.lastCommitted() + 1) || upTo <= ask.lastCommitted()) {
                asked.accept(new LearnAnswer.Installed(applied()));
                return;
            }
            List<Mutation> found = new ArrayList<>(
                    log.subMap(ask.lastCommitted() + 1, true, upTo, true).values());
            boolean all = upTo == history.committed();
            asked.accept(new LearnAnswer.Log(found, all ? upTo + 1 : 0));
            perform(role.onTaught(ask, upTo, all, nowMs));
        }

        @Override
        public void askToLearn(Effect.AskToLearn effect) {
            Node primary = nodeAt(effect.primary());
            int mine = incarnation;
            long learnId = effect.ask().learnId();
            boolean[] answered = new boolean[1];
            deliver(address, primary, () -> {
                long token = ++primary.tokens;
                TreeMap<Long, Mutation> checkpoint = new TreeMap<>(primary.engine);
                primary.lessons.put(
                        token,
                        answer -> deliver(primary.address, this, () -> {
                            if (!answered[0]) {
                                answered[0] = true;
                                learned(learnId, answer, checkpoint);
                            }
                        }));
                primary.perform(primary.role.onLearnAsked(token, effect.ask(), nowMs));
            });
            after(500, () -> {
                if (alive && incarnation == mine && !answered[0]) {
                    answered[0] = true;
                    perform(role.onLearned(learnId, new LearnAnswer.Failed("no answer"), nowMs));
                }
            });
        }

        private void learned(long learnId, LearnAnswer answer, NavigableMap<Long, Mutation> checkpoint) {
            if (answer instanceof LearnAnswer.Installed) {
                if (!role.awaitsLesson(learnId)) {
                    return;
                }
                if (checkpoint.isEmpty()) {
                    perform(role.onLearned(learnId, new LearnAnswer.Failed("empty"), nowMs));
                    return;
                }
                engine.clear();
                engine.putAll(checkpoint);
                durable = checkpoint.lastKey();
                log.clear();
                enqueue(disk::clear, () -> {});
                perform(role.onLearned(learnId, new LearnAnswer.Installed(durable), nowMs));
                return;
            }
            perform(role.onLearned(learnId, answer, nowMs));
        }

        @Override
        public void serve(Effect.Serve effect) {
            assertThat(role).isInstanceOf(Primary.class);
        }

        @Override
        public void report(Effect.Report effect) {
            Reported said = new Reported(role.configuration().ballot(), role.status());
            after(1 + random.nextInt(10), () -> {
                if (alive) {
                    reports.put(address, said);
                }
            });
        }

        @Override
        public void wake(Effect.Wake effect) {
            after(effect.delayMs(), this::tick);
        }

        @Override
        public String toString() {
            return address + " " + (alive ? role.name() : "down") + " " + role.configuration() + " engine " + applied()
                    + " committed " + history.committed() + " prepared " + history.prepared() + " " + role.status();
        }
    }
}
