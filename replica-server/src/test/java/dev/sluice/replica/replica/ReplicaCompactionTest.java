package dev.sluice.replica.replica;

import static dev.sluice.replica.replica.OneNode.DISK1;
import static dev.sluice.replica.replica.OneNode.OTHER;
import static dev.sluice.replica.replica.OneNode.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.replica.compaction.CompactionTurns;
import dev.sluice.replica.compaction.CompactionView;
import dev.sluice.replica.compaction.CompactionView.State;
import dev.sluice.replica.compaction.ManualCompaction;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.replication.RoleName;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica compacts when the envs of its app ask for it. */
class ReplicaCompactionTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final Gpid Q = new Gpid(1, 1);
    private static final Gpid LEARNER = new Gpid(1, 2);
    private static final String TRIGGER = "manual_compact.once.trigger_time";
    private static final long DAY_MS = 86_400_000;

    /** What runs until the test lets it end. */
    private final Deque<Runnable> started = new ArrayDeque<>();

    private OneNode node;
    private long ballot = 1;

    @BeforeEach
    void start() throws IOException {
        node = new OneNode(DISK1);
        node.compactions = new CompactionTurns(started::add, 1);
        node.settings = withInterval(0);
        node.restart(false, false, DISK1);
    }

    @Test
    void eachTriggerAsksForOneCompaction() throws IOException {
        tell(Map.of());
        assertThat(view(P).state()).isEqualTo(State.IDLE);

        tell(Map.of(TRIGGER, "7"));
        assertThat(view(P).state()).isEqualTo(State.RUNNING);
        assertThat(node.report(P).getCompactedFor()).isZero();
        node.time.advance(5_000);
        end();

        assertThat(view(P).state()).isEqualTo(State.FINISHED);
        assertThat(view(P).last().trigger()).isEqualTo(7);
        assertThat(view(P).lastTookMs()).isGreaterThanOrEqualTo(5_000);
        assertThat(node.report(P).getCompactedFor()).isEqualTo(7);
        node.time.advance(10_000);
        assertThat(started).as("one that is done is not done again").isEmpty();

        node.restart(true, false, DISK1);
        tell(Map.of(TRIGGER, "7"));
        assertThat(started).as("nor after a loss of power").isEmpty();
        assertThat(view(P).state()).isEqualTo(State.FINISHED);
        assertThat(node.report(P).getCompactedFor()).isEqualTo(7);

        tell(Map.of(TRIGGER, "6"));
        assertThat(started).as("any other trigger is a new one").hasSize(1);
    }

    @Test
    void whatACrashCutShortBeginsAgain() throws IOException {
        tell(Map.of(TRIGGER, "7"));
        started.clear();
        node.compactions = new CompactionTurns(started::add, 1);
        node.restart(true, false, DISK1);
        tell(Map.of(TRIGGER, "7"));
        assertThat(started).hasSize(1);
        end();
        assertThat(node.report(P).getCompactedFor()).isEqualTo(7);
    }

    @Test
    void onlySoManyRunOnANodeAndOthersWait() {
        node.tell(Q, 1, SELF, List.of());
        tell(Map.of(TRIGGER, "7"));
        node.tell(Q, 2, SELF, List.of());
        node.time.advance(2_000);
        assertThat(List.of(view(P).state(), view(Q).state())).containsExactlyInAnyOrder(State.RUNNING, State.QUEUING);
        assertThat(started).hasSize(1);
        end();
        assertThat(List.of(view(P).state(), view(Q).state())).containsExactlyInAnyOrder(State.FINISHED, State.RUNNING);
        end();
        assertThat(List.of(view(P).state(), view(Q).state())).containsOnly(State.FINISHED);
    }

    @Test
    void anAppMayHoldItsCompactionsBackOrCallThemOff() {
        String most = "manual_compact.max_concurrent_running_count";
        tell(Map.of(TRIGGER, "7", most, "0"));
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
        tell(Map.of(TRIGGER, "7", most, "0", "manual_compact.disabled", "true"));
        assertThat(view(P).state()).isEqualTo(State.IDLE);
        tell(Map.of(TRIGGER, "7", most, "1"));
        assertThat(view(P).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void secondariesCompactForThemselvesAndLearnersDoNot() {
        node.envs = Map.of(TRIGGER, "7");
        node.tell(LEARNER, 1, OTHER, List.of(), SELF);
        node.time.advance(2_000);
        assertThat(started).isEmpty();
        node.tell(P, 1, OTHER, List.of(SELF));
        node.time.advance(2_000);
        assertThat(started).hasSize(1);
    }

    @Test
    void whatFailsIsTriedAgainAfterAWhile() {
        tell(Map.of(TRIGGER, "7"));
        node.compactionsFail = EngineException.Kind.OTHER;
        end();
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
        assertThat(started).isEmpty();
        node.compactionsFail = null;
        node.time.advance(61_000);
        assertThat(started).hasSize(1);
        end();
        assertThat(view(P).state()).isEqualTo(State.FINISHED);
    }

    @Test
    void damageThatACompactionFindsTakesAMemberOut() {
        node.envs = Map.of(TRIGGER, "7");
        node.tell(P, 1, OTHER, List.of(SELF));
        node.time.advance(2_000);
        node.compactionsFail = EngineException.Kind.DAMAGE;
        end();
        assertThat(node.replica(P).view().role()).isEqualTo(RoleName.ERROR);
        assertThat(node.report(P).getMessage()).contains("no compaction");
    }

    @Test
    void aDiskThatFailsACompactionTakesNothingOut() {
        tell(Map.of(TRIGGER, "7"));
        node.compactionsFail = EngineException.Kind.DISK;
        end();
        assertThat(node.replica(P).view().role()).isEqualTo(RoleName.PRIMARY);
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
    }

    @Test
    void aCompactionThatHasNoRoomWaitsForIt() throws IOException {
        tell(Map.of());
        for (int i = 0; i < 20; i++) {
            node.put(P, new byte[] {(byte) i}, new byte[30_000]);
        }
        node.replica(P).flushSoon(20);
        node.time.advance(2_000);
        long used = 10_000_000 - node.files.usableBytes(DISK1.path());
        node.files.setCapacityBytes(DISK1.path(), used + 500_000);
        tell(Map.of(TRIGGER, "7"));
        end();
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
        assertThat(view(P).last()).isEqualTo(CompactionMark.NONE);

        node.files.setCapacityBytes(DISK1.path(), used + 700_000);
        node.time.advance(61_000);
        end();
        assertThat(view(P).state()).isEqualTo(State.FINISHED);
        assertThat(node.disks.ledger(DISK1.path()).reservedBytes()).isZero();
    }

    @Test
    void whatWasNotedByAClockThatWasAheadHoldsNothingBack() {
        tell(Map.of());
        node.replica(P).engine().noteCompaction(new CompactionMark(3, node.time.wallMs() / 1000 + 1_000_000));
        tell(Map.of(TRIGGER, "7"));
        assertThat(view(P).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void noneBeginsWhileTheDiskIsNearlyFull() {
        tell(Map.of());
        node.files.setCapacityBytes(DISK1.path(), 1);
        node.keepHouse();
        tell(Map.of(TRIGGER, "7"));
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
        node.files.setCapacityBytes(DISK1.path(), 10_000_000);
        node.keepHouse();
        node.time.advance(2_000);
        assertThat(view(P).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void atItsTimeOfTheDayAReplicaIsCompactedOnceAndAlsoIfItsTurnComesLate() {
        long toThreeMs = DAY_MS + 3 * 3_600_000 - node.time.wallMs() % DAY_MS;
        tell(Map.of(
                "manual_compact.periodic.trigger_time", "3:00", "manual_compact.max_concurrent_running_count", "0"));
        node.time.advance(toThreeMs);
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
        node.time.advance(2 * 3_600_000);
        tell(Map.of("manual_compact.periodic.trigger_time", "3:00"));
        assertThat(view(P).state()).as("two hours late").isEqualTo(State.RUNNING);
        end();
        assertThat(view(P).state()).isEqualTo(State.FINISHED);
        node.time.advance(DAY_MS - 3 * 3_600_000);
        assertThat(view(P).state()).as("an hour too early").isEqualTo(State.FINISHED);
        node.time.advance(3_600_000);
        assertThat(view(P).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void betweenTwoCompactionsIsAsMuchTimeAsTheOptionSays() throws IOException {
        node.settings = withInterval(600);
        node.restart(false, false, DISK1);
        tell(Map.of(TRIGGER, "7"));
        end();
        tell(Map.of(TRIGGER, "8"));
        assertThat(view(P).state()).isEqualTo(State.QUEUING);
        node.time.advance(600_000);
        assertThat(view(P).state()).isEqualTo(State.RUNNING);
    }

    private static ReplicaSettings withInterval(int minIntervalSeconds) {
        ReplicaSettings usual = ReplicaSettings.DEFAULT;
        return new ReplicaSettings(
                usual.limits(),
                usual.flushIntervalMs(),
                usual.flushBytes(),
                usual.logReserveBytes(),
                usual.logFsync(),
                usual.rejectsWritesWhenFull(),
                usual.expiry(),
                usual.retention(),
                new ManualCompaction.Settings(minIntervalSeconds, ZoneOffset.UTC));
    }

    private void tell(Map<String, String> envs) {
        node.envs = envs;
        node.tell(P, ++ballot, SELF, List.of());
        node.time.advance(2_000);
    }

    private void end() {
        started.remove().run();
        node.time.advance(2_000);
    }

    private CompactionView view(Gpid gpid) {
        return node.replica(gpid).compaction();
    }
}
