package dev.sluice.bulkload.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.MemberPhase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three apps on five nodes, whose members stage, publish, fail and die as chance will have it. */
class PublishTurnsTest {
    private static final int APPS = 3;
    private static final int PARTITIONS = 8;
    private static final int STEPS = 400;
    private static final Ballot BALLOT = new Ballot(1);

    private final List<HostPort> nodes = new ArrayList<>();
    private final List<AppLoad> loads = new ArrayList<>();
    /** By app, from 1 up. */
    private final List<LoadReports> reports = new ArrayList<>();

    private final Map<Gpid, Map<HostPort, MemberPhase>> phases = new TreeMap<>();
    private final Set<HostPort> dead = new HashSet<>();
    private final PublishTurns turns = new PublishTurns();
    private long sequence;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void turnsKeepTheLimitOfEveryNodeOverAllLoadsAndNobodyWaitsForNothing(long seed) {
        Random random = new Random(seed);
        begin(random);
        int limit = 1 + random.nextInt(3);
        for (int step = 0; step < STEPS; step++) {
            disturb(random);
            Set<Gpid> before = withTurn();
            Set<Gpid> changed = update(limit, step);
            Set<Gpid> after = withTurn();

            Map<HostPort, Integer> busy = new HashMap<>();
            for (Gpid gpid : phases.keySet()) {
                if (turns.mayPublish(gpid) && !isPublished(gpid)) {
                    assertThat(isReady(gpid)).as("%s has a turn", gpid).isTrue();
                    members(gpid).forEach(node -> busy.merge(node, 1, Integer::sum));
                }
            }
            assertThat(busy.values()).as("step %d", step).allMatch(count -> count <= limit);
            for (Gpid gpid : phases.keySet()) {
                boolean waits = isReady(gpid) && !turns.mayPublish(gpid);
                boolean hasRoom = members(gpid).stream().allMatch(node -> busy.getOrDefault(node, 0) < limit);
                assertThat(waits && hasRoom).as("%s waits for nothing", gpid).isFalse();
                assertThat(isPublished(gpid) && !turns.mayPublish(gpid)).isFalse();
                assertThat(changed.contains(gpid)).isEqualTo(before.contains(gpid) != after.contains(gpid));
            }
        }
    }

    private Set<Gpid> update(int limit, long nowMs) {
        return turns.update(
                loads, load -> reports.get(load.plan().appId() - 1), node -> !dead.contains(node), limit, nowMs);
    }

    /** It is staged, but its primary may not publish before there are more members. */
    @Test
    void aPartitionOfTooFewMembersTakesNoTurn() {
        addApp(1, List.of(members(1), members(1, 2), members(1, 2, 3)));
        stageAll();
        update(1, 0);
        assertThat(withTurn()).containsExactly(new Gpid(1, 1));
    }

    @Test
    void aTurnThatLastsTooLongIsKeptAndNotWaitedForAnyMore() {
        addApp(1, List.of(members(1, 2), members(1, 3), members(1, 4)));
        stageAll();
        assertThat(update(1, 5)).containsExactly(new Gpid(1, 0));
        assertThat(update(1, 5 + PublishTurns.TURN_MAX_MS - 1)).isEmpty();
        assertThat(update(1, 5 + PublishTurns.TURN_MAX_MS)).containsExactly(new Gpid(1, 1));
        assertThat(withTurn()).containsExactlyInAnyOrder(new Gpid(1, 0), new Gpid(1, 1));
    }

    @Test
    void aLowerLimitTakesNoTurnAwayAndAHigherOneGivesMore() {
        addApp(1, List.of(members(1, 2), members(1, 3), members(1, 4), members(1, 5)));
        stageAll();
        assertThat(update(2, 0)).hasSize(2);
        assertThat(update(1, 1)).isEmpty();
        assertThat(update(3, 2)).containsExactly(new Gpid(1, 2));
    }

    @Test
    void aNewLeaderGivesTheTurnsAnew() {
        addApp(1, List.of(members(1, 2), members(1, 2)));
        stageAll();
        update(1, 0);
        turns.clear();
        assertThat(withTurn()).isEmpty();
        assertThat(update(1, 0)).containsExactly(new Gpid(1, 0));
    }

    private static List<HostPort> members(int... numbers) {
        return Arrays.stream(numbers).mapToObj(PublishTurnsTest::node).toList();
    }

    private static HostPort node(int number) {
        return new HostPort("10.0.0." + number, 34801);
    }

    private void stageAll() {
        phases.forEach((gpid, group) -> hear(gpid));
    }

    private void begin(Random random) {
        for (int i = 1; i <= 5; i++) {
            nodes.add(node(i));
        }
        for (int appId = 1; appId <= APPS; appId++) {
            List<List<HostPort>> groups = new ArrayList<>();
            for (int index = 0; index < PARTITIONS; index++) {
                List<HostPort> shuffled = new ArrayList<>(nodes);
                Collections.shuffle(shuffled, random);
                groups.add(shuffled.subList(0, 3));
            }
            addApp(appId, groups);
        }
    }

    private void addApp(int appId, List<List<HostPort>> groups) {
        List<PartitionLoad> partitions = new ArrayList<>();
        for (List<HostPort> members : groups) {
            Map<HostPort, MemberPhase> staged = new TreeMap<>();
            members.forEach(member -> staged.put(member, MemberPhase.STAGED));
            phases.put(new Gpid(appId, partitions.size()), staged);
            partitions.add(PartitionLoad.of(BALLOT, members.get(0), members));
        }
        LoadPlan plan = new LoadPlan(appId, appId, new LoadSource("local", "r", "c", "a"), 0, 0, "full", 2, 0, 0);
        loads.add(new AppLoad(plan, new AppPhase.Ingesting(1), partitions));
        reports.add(new LoadReports(appId));
    }

    /** Most members go on; some have to stage anew, and now and then a node dies or comes back. */
    private void disturb(Random random) {
        List<Gpid> all = List.copyOf(phases.keySet());
        for (int i = 0; i < 3; i++) {
            Gpid gpid = all.get(random.nextInt(all.size()));
            HostPort member = members(gpid).get(random.nextInt(3));
            MemberPhase next = random.nextInt(5) == 0
                    ? MemberPhase.DOWNLOADING
                    : turns.mayPublish(gpid) ? MemberPhase.PUBLISHED : MemberPhase.STAGED;
            Map<HostPort, MemberPhase> group = Objects.requireNonNull(phases.get(gpid));
            group.put(member, next);
            hear(gpid);
        }
        if (random.nextInt(20) == 0) {
            HostPort node = nodes.get(random.nextInt(nodes.size()));
            if (!dead.remove(node)) {
                dead.add(node);
            }
        }
    }

    private void hear(Gpid gpid) {
        Map<HostPort, MemberReport> said = new TreeMap<>();
        Objects.requireNonNull(phases.get(gpid)).forEach((node, phase) -> said.put(node, report(gpid.appId(), phase)));
        reports.get(gpid.appId() - 1).hear(gpid.partitionIndex(), BALLOT, gpid.appId(), said);
    }

    private Set<Gpid> withTurn() {
        Set<Gpid> with = new HashSet<>(phases.keySet());
        with.removeIf(gpid -> !turns.mayPublish(gpid));
        return with;
    }

    private List<HostPort> members(Gpid gpid) {
        return loads.get(gpid.appId() - 1)
                .partitions()
                .get(gpid.partitionIndex())
                .members();
    }

    /** What the leader has heard; before anything was heard nothing is ready. */
    private boolean isReady(Gpid gpid) {
        Map<HostPort, MemberReport> heard = reports.get(gpid.appId() - 1).of(gpid.partitionIndex());
        return !isPublished(gpid)
                && members(gpid).stream()
                        .allMatch(node -> !dead.contains(node)
                                && says(heard.get(node), MemberPhase.STAGED, MemberPhase.PUBLISHED));
    }

    private boolean isPublished(Gpid gpid) {
        Map<HostPort, MemberReport> heard = reports.get(gpid.appId() - 1).of(gpid.partitionIndex());
        return members(gpid).stream().allMatch(node -> says(heard.get(node), MemberPhase.PUBLISHED));
    }

    private static boolean says(@Nullable MemberReport report, MemberPhase... phases) {
        return report != null && List.of(phases).contains(report.phase());
    }

    private MemberReport report(long loadId, MemberPhase phase) {
        return new MemberReport(loadId, phase, 0, 0, 0, 0, 0, null, false, "", "", true, ++sequence, 1);
    }
}
