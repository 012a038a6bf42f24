package dev.sluice.meta.journal.testing;

import dev.sluice.common.HostPort;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.journal.Journal;
import dev.sluice.meta.journal.JournalListener;
import dev.sluice.meta.journal.ProposeOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a group of members in virtual time: what Raft promises, and no more.
 *
 * <p>A leader that cannot reach the majority loses its lease and, later, its leadership; another is elected once the lease
 * has ended for sure. What was in flight then is committed all the same, or not, as chance will have it. The old leader
 * hears of its fate when it runs again, and not at once. A follower that cannot reach the leader falls behind.
 */
public final class InMemoryJournalGroup {
    private static final long TICK_MS = 50;

    private final EventLoop time;
    private final Random chance;
    private final Options options;
    private final Reach reach;
    private final List<HostPort> addresses;
    private final Member[] members;
    private final List<Entry> committed = new ArrayList<>();
    private final List<InFlight> inFlight = new ArrayList<>();
    private long term;
    private int leader = -1;
    private long majorityAtMs;
    private long elections;
    private boolean leaseIsChecked = true;

    /**
     * How the group chooses its leader.
     *
     * @param leaseMs how long a leader may count on being the only one after it reached the majority, by its own clock
     * @param electionMs after so long without a leader that reaches the majority another is elected; longer than the lease
     *     by more than clocks drift
     */
    public record Options(long leaseMs, long electionMs) {
        public Options {
            if (electionMs <= leaseMs) {
                throw new IllegalArgumentException("election after " + electionMs + " ms, lease of " + leaseMs
                        + " ms: two members could lead at once");
            }
        }
    }

    /** Which members run, and reach each other both ways. */
    public interface Reach {
        boolean isRunning(int member);

        boolean isConnected(int one, int other);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(long term, byte[] bytes) {}

    private record InFlight(Entry entry, CompletableFuture<ProposeOutcome> outcome) {}

    public InMemoryJournalGroup(EventLoop time, Random chance, Options options, Reach reach, List<HostPort> addresses) {
        this.time = time;
        this.chance = chance;
        this.options = options;
        this.reach = reach;
        this.addresses = List.copyOf(addresses);
        this.members = new Member[addresses.size()];
        tickLater();
    }

    /**
     * A new run of a member.
     *
     * @param host runs what the listener hears, unless the member's process is dead; holds it back while that is paused
     * @param clock of the member
     */
    public Journal join(int index, Executor host, Clock clock) {
        Member member = new Member(index, host, clock);
        members[index] = member;
        if (leader == index) {
            // The run that led is gone, and hears of nothing any more.
            keepSomeInFlight();
            leader = -1;
        }
        return member;
    }

    /** Takes the leadership from whoever has it, as if it were handed over in the middle of what it does. */
    public void depose() {
        if (leader >= 0) {
            members[leader].leaseEndMs = Long.MIN_VALUE;
            elect();
        }
    }

    /** Breaks the group on purpose: whoever believes to lead says that it holds the lease. */
    public void believeEveryLeader() {
        leaseIsChecked = false;
    }

    /** The member that leads now, if there is one. */
    public OptionalInt leader() {
        return leader < 0 ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    /** How often a leader was elected so far. */
    public long elections() {
        return elections;
    }

    private void tickLater() {
        time.schedule(TICK_MS, () -> {
            tick();
            tickLater();
        });
    }

    private void tick() {
        long nowMs = time.nowMs();
        if (leader >= 0 && reach.isRunning(leader) && reachesMajority(leader)) {
            majorityAtMs = nowMs;
            members[leader].renewLease();
            commit();
        } else if (nowMs - majorityAtMs > options.electionMs()) {
            elect();
        }
        for (Member member : members) {
            boolean hears = member != null
                    && reach.isRunning(member.index)
                    && leader >= 0
                    && (member.index == leader || reach.isConnected(leader, member.index));
            if (hears && (member.index == leader || chance.nextInt(3) > 0)) {
                member.deliver();
            }
        }
    }

    private boolean reachesMajority(int member) {
        long reached = IntStream.range(0, members.length)
                .filter(other -> other == member || (reach.isRunning(other) && reach.isConnected(member, other)))
                .count();
        return reached * 2 > members.length;
    }

    private void elect() {
        List<Integer> candidates = IntStream.range(0, members.length)
                .filter(index -> index != leader && members[index] != null && reach.isRunning(index))
                .filter(this::reachesMajority)
                .boxed()
                .toList();
        if (candidates.isEmpty()) {
            return;
        }
        if (leader >= 0) {
            loseLeadership(members[leader]);
        }
        elections++;
        term++;
        leader = candidates.get(chance.nextInt(candidates.size()));
        majorityAtMs = time.nowMs();
        Member elected = members[leader];
        elected.renewLease();
        elected.deliver();
        elected.lead(term);
    }

    /** Some of what was in flight, from the first on, is committed all the same. */
    private void loseLeadership(Member old) {
        List<InFlight> lost = keepSomeInFlight();
        long laterMs = chance.nextInt(3) == 0 ? chance.nextInt((int) options.electionMs()) : 0;
        old.lost = () -> old.loseLeadership(lost);
        time.schedule(laterMs, old::hearOfLoss);
    }

    private List<InFlight> keepSomeInFlight() {
        int kept = chance.nextInt(inFlight.size() + 1);
        List<InFlight> lost = List.copyOf(inFlight);
        inFlight.clear();
        for (int i = 0; i < kept; i++) {
            committed.add(lost.get(i).entry());
        }
        return lost;
    }

    private void commit() {
        if (inFlight.isEmpty() || leader < 0) {
            return;
        }
        List<InFlight> now = List.copyOf(inFlight);
        inFlight.clear();
        now.forEach(proposed -> committed.add(proposed.entry()));
        Member member = members[leader];
        member.deliver();
        for (InFlight proposed : now) {
            long index = committed.lastIndexOf(proposed.entry()) + 1L;
            member.tell(heard -> proposed.outcome()
                    .complete(new ProposeOutcome.Committed(proposed.entry().term(), index)));
        }
    }

    /** One run of one member. */
    private final class Member implements Journal {
        private final int index;
        private final Executor host;
        private final Clock clock;
        private final List<InFlight> orphans = new ArrayList<>();
        private @Nullable JournalListener listener;
        private int delivered;
        private long leadsIn;
        private long leaseEndMs = Long.MIN_VALUE;
        /** It leads no more, and has not heard of it yet. */
        private @Nullable Runnable lost;

        private Member(int index, Executor host, Clock clock) {
            this.index = index;
            this.host = host;
            this.clock = clock;
        }

        @Override
        public void start(JournalListener newListener) {
            listener = newListener;
        }

        @Override
        public CompletableFuture<ProposeOutcome> propose(byte[] entry) {
            if (leadsIn == 0) {
                return CompletableFuture.completedFuture(new ProposeOutcome.Refused("not the leader"));
            }
            InFlight proposed = new InFlight(new Entry(leadsIn, entry.clone()), new CompletableFuture<>());
            if (leader == index && leadsIn == term) {
                inFlight.add(proposed);
                time.schedule(1 + chance.nextInt(5), () -> {
                    if (leader == index && reach.isRunning(index) && reachesMajority(index)) {
                        commit();
                    }
                });
            } else {
                orphans.add(proposed);
            }
            return proposed.outcome();
        }

        @Override
        public boolean isLeaderLeaseValid() {
            return leadsIn != 0 && (!leaseIsChecked || clock.nowMs() < leaseEndMs);
        }

        @Override
        public Optional<HostPort> findLeader() {
            return leader < 0 ? Optional.empty() : Optional.of(addresses.get(leader));
        }

        @Override
        public void close() {
            listener = null;
        }

        private void renewLease() {
            leaseEndMs = clock.nowMs() + options.leaseMs();
        }

        private void deliver() {
            while (delivered < committed.size()) {
                Entry entry = committed.get(delivered++);
                long at = delivered;
                tell(heard -> heard.onCommitted(entry.term(), at, entry.bytes().clone()));
            }
        }

        private void hearOfLoss() {
            Runnable told = lost;
            lost = null;
            if (told != null) {
                told.run();
            }
        }

        private void lead(long newTerm) {
            hearOfLoss();
            tell(heard -> {
                leadsIn = newTerm;
                heard.onLeading(newTerm);
            });
        }

        private void loseLeadership(List<InFlight> lost) {
            tell(heard -> {
                leadsIn = 0;
                lost.forEach(Member::unknown);
                orphans.forEach(Member::unknown);
                orphans.clear();
                heard.onLeadershipLost();
            });
        }

        private static void unknown(InFlight proposed) {
            proposed.outcome().complete(new ProposeOutcome.Unknown(new IllegalStateException("leadership lost")));
        }

        private void tell(Consumer<JournalListener> call) {
            host.execute(() -> {
                JournalListener heard = listener;
                if (heard != null && members[index] == this) {
                    call.accept(heard);
                }
            });
        }
    }
}
