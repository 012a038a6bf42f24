package dev.sluice.replica.load;

import dev.sluice.bulkload.load.GroupLoad;
import dev.sluice.bulkload.load.LoadOrder;
import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.bulkload.transfer.RelayPlace;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.replica.LoadHost;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.MemberLoadState;
import dev.sluice.wire.internal.PartitionLoadReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a primary does for its group in a load: hands on what the leader wants, gathers what the members say, and proposes
 * the publish. Belongs to the replica's event loop.
 */
final class GroupLoads {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLoads.class);

    /** The directive is repeated to members that are not where it wants them. */
    private static final long BEAT_MS = 500;
    /** A proposal that did not end well is tried again after this time. */
    private static final long PROPOSE_RETRY_MS = 200;
    /** A preparation that takes longer is not waited for: other partitions wait for the turn of this one. */
    private static final long PREPARE_WAIT_MS = 30_000;

    private final LoadHost host;
    private final BooleanSupplier isRelayed;
    private final Consumer<RelayPlace> onPlace;
    private GroupLoad group = GroupLoad.begin(LoadOrder.NOTHING);
    private @Nullable LoadDirective directive;
    private List<HostPort> told = List.of();
    /** This replica's engine does ahead what would hold writes up inside this publish; 0 if it does not. */
    private long preparingLoadId;

    private long preparingSinceMs;

    /** Where the members were told last to read. */
    private final Map<HostPort, RelayPlace> places = new HashMap<>();

    private boolean heardDirective;
    private boolean beatPlanned;
    private boolean closed;
    /** Above those of an earlier run under the same ballot, which members may remember. */
    private long sequence;

    /**
     * @param isRelayed whether the members are to read from each other
     * @param onPlace hears where this replica itself is to read
     */
    GroupLoads(LoadHost host, BooleanSupplier isRelayed, Consumer<RelayPlace> onPlace) {
        this.host = host;
        this.isRelayed = isRelayed;
        this.onPlace = onPlace;
        this.sequence = host.loop().wallMs();
    }

    /** Another configuration: what was known of the group is known no more. */
    void onBallot() {
        group = GroupLoad.begin(LoadOrder.NOTHING);
        directive = null;
        heardDirective = false;
        told = List.of();
        places.clear();
    }

    void onViewChanged() {
        if (host.view().isPrimary() && heardDirective) {
            group = group.retain(everybody());
            if (!told.equals(others())) {
                tellAll();
            }
            tellPlaces();
            proposeIfReady();
        }
    }

    void onDirective(@Nullable LoadDirective wanted) {
        boolean isNew = !heardDirective || (wanted == null ? directive != null : !wanted.equals(directive));
        heardDirective = true;
        directive = wanted;
        group = group.onOrder(LoadWire.order(wanted, host.self()));
        if (isNew) {
            tellAll();
            host.reportChanged();
        }
        tellPlaces();
        proposeIfReady();
        planBeat();
    }

    /** The engine of this replica begins to prepare the publish. */
    void onPreparing(long loadId) {
        preparingLoadId = loadId;
        preparingSinceMs = host.loop().nowMs();
    }

    /** It has ended that, well or not. */
    void onPrepared(long loadId) {
        if (preparingLoadId == loadId) {
            preparingLoadId = 0;
            if (host.view().isPrimary()) {
                proposeIfReady();
            }
        }
    }

    void onReport(HostPort member, MemberReport report) {
        if (!host.view().isPrimary() || !everybody().contains(member)) {
            return;
        }
        GroupLoad next = group.onReport(member, report);
        if (!next.equals(group)) {
            group = next;
            tellPlaces();
            if (directive != null) {
                host.reportChanged();
            }
            proposeIfReady();
        }
    }

    @Nullable
    PartitionLoadReport report() {
        LoadDirective wanted = directive;
        if (wanted == null) {
            return null;
        }
        Map<WireAddress, MemberLoadState> members = new HashMap<>();
        group.members().forEach((member, report) -> members.put(Wire.address(member), LoadWire.wire(report)));
        PartitionLoadReport report = new PartitionLoadReport();
        report.setLoadId(wanted.getLoadId());
        report.setMembers(members);
        return report;
    }

    void close() {
        closed = true;
    }

    private List<HostPort> others() {
        List<HostPort> others = new ArrayList<>(host.view().configuration().secondaries());
        others.addAll(host.view().configuration().learners());
        return others;
    }

    private List<HostPort> everybody() {
        List<HostPort> all = others();
        all.add(host.self());
        return all;
    }

    private void tellAll() {
        told = others();
        told.forEach(this::tell);
    }

    /** To those who are to read elsewhere than they were told; before there is a directive nobody is told anything. */
    private void tellPlaces() {
        if (directive == null) {
            return;
        }
        onPlace.accept(placeOf(host.self()));
        others().stream()
                .filter(member -> !placeOf(member).equals(places.get(member)))
                .forEach(this::tell);
    }

    private RelayPlace placeOf(HostPort member) {
        return isRelayed.getAsBoolean() ? group.relay().placeOf(member) : RelayPlace.STORE;
    }

    private void tell(HostPort member) {
        RelayPlace place = placeOf(member);
        places.put(member, place);
        GroupLoadRequest request = new GroupLoadRequest();
        request.setGpid(Wire.gpid(host.gpid()));
        request.setBallot(host.view().ballot().number());
        request.setPrimary(Wire.address(host.self()));
        request.setLoad(directive == null ? LoadWire.nothing() : directive);
        request.setSequence(++sequence);
        if (isRelayed.getAsBoolean()) {
            LoadWire.setPlace(request, place, member);
        }
        host.sendGroupLoad(member, request, (reply, error) -> {
            if (!closed && error == null && reply != null && reply.isSetState()) {
                onReport(member, LoadWire.report(reply.getState()));
            }
        });
    }

    private void proposeIfReady() {
        List<HostPort> members = new ArrayList<>(host.view().configuration().secondaries());
        members.add(host.self());
        boolean isTurn = directive != null && !directive.isAwaitsTurn();
        if (closed
                || isPreparing()
                || !isTurn
                || !host.view().serving()
                || !group.shouldPropose(members, host.publishedLoadId())) {
            return;
        }
        group = group.onProposed();
        Publish publish = ReplicaLoads.publish(group.order());
        LOG.info("{}: all of {} have load {}: publishing", host.gpid(), members, publish.loadId());
        host.proposePublish(publish, (decree, error) -> {
            if (error != null && !closed) {
                LOG.info("{}: publish of load {}: {}", host.gpid(), publish.loadId(), error.getMessage());
                host.loop().schedule(PROPOSE_RETRY_MS, () -> {
                    group = group.onProposalEnded();
                    proposeIfReady();
                });
            } else {
                group = group.onProposalEnded();
            }
        });
    }

    private boolean isPreparing() {
        return preparingLoadId == group.order().loadId() && host.loop().nowMs() - preparingSinceMs < PREPARE_WAIT_MS;
    }

    private void planBeat() {
        if (!beatPlanned && directive != null && !closed) {
            beatPlanned = true;
            host.loop().schedule(BEAT_MS, () -> {
                beatPlanned = false;
                if (!closed && host.view().isPrimary() && directive != null) {
                    others().stream()
                            .filter(member -> !group.isWhereWanted(member))
                            .forEach(this::tell);
                    proposeIfReady();
                    planBeat();
                }
            });
        }
    }
}
