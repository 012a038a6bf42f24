package dev.sluice.bulkload.transfer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.transfer.DownloadSlots.Ticket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** B.4: at most so many replicas of a node download at once, and no replica starves. */
class DownloadSlotsTest {
    private final List<String> granted = new ArrayList<>();
    private final Map<String, Ticket> tickets = new HashMap<>();

    private void acquire(DownloadSlots slots, String... holders) {
        for (String holder : holders) {
            tickets.put(holder, slots.acquire(holder, 0, () -> granted.add(holder)));
        }
    }

    private Ticket ticket(String holder) {
        return Objects.requireNonNull(tickets.get(holder), holder);
    }

    private void release(String holder) {
        ticket(holder).release();
    }

    @Test
    void moreThanTheLimitWaitInTheOrderOfTheirArrival() {
        DownloadSlots slots = new DownloadSlots(2);
        acquire(slots, "1.0", "1.1", "2.0", "1.2");
        assertThat(granted).containsExactly("1.0", "1.1");
        assertThat(slots.waiting()).containsExactly("2.0", "1.2");
        assertThat(ticket("1.2").ahead()).isEqualTo(1);
        release("1.1");
        assertThat(granted).containsExactly("1.0", "1.1", "2.0");
        assertThat(slots.inUse()).isEqualTo(2);
    }

    @Test
    void raisingTheLimitStartsWaitingOnesAtOnce() {
        DownloadSlots slots = new DownloadSlots(0);
        acquire(slots, "a", "b", "c");
        assertThat(granted).isEmpty();
        slots.setLimit(2);
        assertThat(granted).containsExactly("a", "b");
    }

    @Test
    void loweringTheLimitLetsRunningOnesFinish() {
        DownloadSlots slots = new DownloadSlots(3);
        acquire(slots, "a", "b", "c", "d");
        slots.setLimit(1);
        assertThat(slots.inUse()).isEqualTo(3);
        assertThat(ticket("c").isGranted()).isTrue();
        release("a");
        release("b");
        assertThat(granted).containsExactly("a", "b", "c");
        release("c");
        assertThat(granted).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aSlotIsGivenBackOnlyOnce() {
        DownloadSlots slots = new DownloadSlots(1);
        acquire(slots, "a", "b", "c");
        release("a");
        release("a");
        assertThat(granted).containsExactly("a", "b");
        assertThat(slots.inUse()).isEqualTo(1);
    }

    @Test
    void whoeverGivesUpItsPlaceIsNotCalled() {
        DownloadSlots slots = new DownloadSlots(1);
        acquire(slots, "a", "b", "c");
        release("b");
        release("a");
        assertThat(granted).containsExactly("a", "c");
        assertThat(slots.waiting()).isEmpty();
    }

    @Test
    void aSlotCanBeGivenBackByTheCallThatGrantsIt() {
        DownloadSlots slots = new DownloadSlots(0);
        Ticket[] first = new Ticket[1];
        first[0] = slots.acquire("a", 0, () -> {
            granted.add("a");
            first[0].release();
        });
        acquire(slots, "b");
        slots.setLimit(1);
        assertThat(granted).containsExactly("a", "b");
    }

    /** B.4: nobody starves. */
    @Test
    void aHigherPriorityGoesFirstAndEveryFourthSlotToWhoeverWaitsLongest() {
        DownloadSlots slots = new DownloadSlots(0);
        for (int i = 1; i <= 6; i++) {
            String low = "low " + i;
            slots.acquire(low, 0, () -> granted.add(low));
        }
        Ticket last = null;
        for (int i = 1; i <= 6; i++) {
            String high = "high " + i;
            last = slots.acquire(high, 5, () -> granted.add(high));
        }
        assertThat(requireNonNull(last).ahead()).isEqualTo(6);
        List<String> foreseen = slots.waiting();
        slots.setLimit(12);
        assertThat(granted)
                .startsWith("high 1", "high 2", "high 3", "low 1", "high 4", "high 5", "high 6", "low 2")
                .hasSize(12)
                .containsExactlyElementsOf(foreseen);
    }

    @Test
    void aNegativeLimitIsRefused() {
        assertThatThrownBy(() -> new DownloadSlots(-1)).hasMessageContaining("-1");
    }

    @Property(tries = 200)
    void slotsAreNeverOvercommittedAndTheOrderIsThatOfArrival(@ForAll long seed, @ForAll @IntRange(max = 4) int limit) {
        Random random = new Random(seed);
        DownloadSlots slots = new DownloadSlots(limit);
        List<Integer> order = new ArrayList<>();
        List<Ticket> held = new ArrayList<>();
        int limitNow = limit;
        int next = 0;
        int highest = limit;
        for (int step = 0; step < 100; step++) {
            int action = random.nextInt(10);
            if (action < 5) {
                int number = next++;
                held.add(slots.acquire("r" + number, 0, () -> order.add(number)));
            } else if (action < 8 && !held.isEmpty()) {
                List<Ticket> running = held.stream().filter(Ticket::isGranted).toList();
                if (!running.isEmpty()) {
                    running.get(random.nextInt(running.size())).release();
                }
            } else {
                limitNow = random.nextInt(5);
                highest = Math.max(highest, limitNow);
                slots.setLimit(limitNow);
            }
            assertThat(slots.inUse()).isLessThanOrEqualTo(highest);
            assertThat(slots.waiting().isEmpty() || slots.inUse() >= limitNow).isTrue();
        }
        assertThat(order).isSorted().doesNotHaveDuplicates();
    }
}
