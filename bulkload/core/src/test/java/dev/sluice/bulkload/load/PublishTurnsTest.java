package dev.sluice.bulkload.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.MemberPhase;
import java.util.ArrayList;
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
            Set<Gpid> changed = turns.update(
                    loads, load -> reports.get(load.plan().appId() - 1), node -> !dead.contains(node), limit);
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

    private void begin(Random random) {
        for (int i = 1; i <= 5; i++) {
            nodes.add(new HostPort("10.0.0." + i, 34801));
        }
        for (int appId = 1; appId <= APPS; appId++) {
            List<PartitionLoad> partitions = new ArrayList<>();
            for (int index = 0; index < PARTITIONS; index++) {
                List<HostPort> shuffled = new ArrayList<>(nodes);
                Collections.shuffle(shuffled, random);
                List<HostPort> members = shuffled.subList(0, 3);
                partitions.add(PartitionLoad.of(BALLOT, members.get(0), members));
                Map<HostPort, MemberPhase> staged = new TreeMap<>();
                members.forEach(member -> staged.put(member, MemberPhase.STAGED));
                phases.put(new Gpid(appId, index), staged);
            }
            LoadPlan plan = new LoadPlan(appId, appId, new LoadSource("local", "r", "c", "a"), 0, 0, "full", 2, 0);
            loads.add(new AppLoad(plan, new AppPhase.Ingesting(1), partitions));
            reports.add(new LoadReports(appId));
        }
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
            Map<HostPort, MemberReport> said = new TreeMap<>();
            group.forEach((node, phase) -> said.put(node, report(gpid.appId(), phase)));
            reports.get(gpid.appId() - 1).hear(gpid.partitionIndex(), BALLOT, gpid.appId(), said);
        }
        if (random.nextInt(20) == 0) {
            HostPort node = nodes.get(random.nextInt(nodes.size()));
            if (!dead.remove(node)) {
                dead.add(node);
            }
        }
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
