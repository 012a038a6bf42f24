package dev.sluice.benchmarks.control;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberLoadState;
import dev.sluice.wire.internal.MemberPhase;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.PartitionLoadReport;
import dev.sluice.wire.internal.ReplicaReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of one partition, who do in their time what the leader wants, and say so through their primary. */
final class ImaginaryGroup {
    /** A download, and how often it says how far it is. */
    private static final int PROGRESS_REPORTS = 4;

    private static final long PROGRESS_MS = 500;
    private static final long PUBLISH_MS = 20;
    private static final long CLEAN_UP_MS = 10;
    private static final long BYTES = 64 << 20;

    private final ImaginaryCluster cluster;
    private final Map<HostPort, MemberLoadState> members = new LinkedHashMap<>();
    private PartitionDirective told = new PartitionDirective();
    private @Nullable LoadDirective load;
    private long downloading;
    private long publishing;
    private long cleaning;
    private long published;
    private long changes;

    ImaginaryGroup(ImaginaryCluster cluster) {
        this.cluster = cluster;
    }

    /** The primary hears what is wanted. */
    void onDirective(PartitionDirective directive) {
        told = directive;
        load = directive.isSetLoad() ? directive.getLoad() : null;
        LoadDirective wanted = load;
        if (wanted == null) {
            return;
        }
        long id = wanted.getLoadId();
        if (wanted.getGoal() == LoadGoal.DOWNLOAD && downloading != id) {
            downloading = id;
            members().forEach(member -> {
                say(member, MemberPhase.WAITING, 0);
                cluster.node(member).awaitSlot(() -> download(member, 1));
            });
        } else if (wanted.getGoal() == LoadGoal.PUBLISH && !wanted.isAwaitsTurn() && publishing != id) {
            publishing = id;
            later(PUBLISH_MS, () -> {
                published = id;
                members().forEach(member -> say(member, MemberPhase.PUBLISHED, BYTES));
            });
        } else if (wanted.getGoal() == LoadGoal.CLEAN_UP && cleaning != id) {
            cleaning = id;
            later(CLEAN_UP_MS, () -> members().forEach(member -> say(member, MemberPhase.NONE, 0)));
        }
    }

    private void download(HostPort member, int step) {
        boolean ends = step > PROGRESS_REPORTS;
        say(member, ends ? MemberPhase.STAGED : MemberPhase.DOWNLOADING, BYTES * (step - 1) / PROGRESS_REPORTS);
        if (ends) {
            cluster.node(member).releaseSlot();
        } else {
            later(PROGRESS_MS, () -> download(member, step + 1));
        }
    }

    private void say(HostPort member, MemberPhase phase, long bytes) {
        LoadDirective wanted = load;
        MemberLoadState state = new MemberLoadState();
        state.setLoadId(wanted == null ? 0 : wanted.getLoadId());
        state.setPhase(phase);
        state.setBytesDone(bytes);
        state.setBytesTotal(BYTES);
        state.setFilesTotal(1);
        state.setFilesDone(bytes == BYTES ? 1 : 0);
        state.setMessage("");
        state.setManifestDigest(wanted == null ? "" : wanted.getManifestDigest());
        state.setVerified(phase == MemberPhase.STAGED);
        state.setChangeSequence(++changes);
        state.setIncarnation(1);
        members.put(member, state);
        cluster.node(primary()).report(told);
    }

    /** What the primary adds to its report. */
    void describe(ReplicaReport report) {
        LoadDirective wanted = load;
        report.setPublishedLoadId(published);
        if (wanted != null) {
            PartitionLoadReport said = new PartitionLoadReport();
            said.setLoadId(wanted.getLoadId());
            said.setMembers(new LinkedHashMap<>());
            members.forEach((member, state) -> said.getMembers().put(Wire.address(member), state.deepCopy()));
            report.setLoad(said);
        }
    }

    private HostPort primary() {
        return Wire.hostPort(told.getPrimary());
    }

    private List<HostPort> members() {
        List<HostPort> all = new ArrayList<>(Wire.hostPorts(told.getSecondaries()));
        all.add(primary());
        return all;
    }

    private void later(long delayMs, Runnable task) {
        cluster.time().schedule(delayMs, task);
    }
}
