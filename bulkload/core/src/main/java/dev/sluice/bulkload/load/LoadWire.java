package dev.sluice.bulkload.load;

import dev.sluice.bulkload.transfer.RelayPlace;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.internal.FailureScope;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.LoadProgressRequest;
import dev.sluice.wire.internal.MemberLoadState;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Loads in the messages between servers. */
public final class LoadWire {
    private LoadWire() {}

    /** What a member says, as it travels. */
    public static MemberLoadState wire(MemberReport report) {
        MemberLoadState state = new MemberLoadState();
        state.setLoadId(report.loadId());
        state.setPhase(report.phase());
        state.setBytesDone(report.bytesDone());
        state.setBytesTotal(report.bytesTotal());
        state.setBytesPerSecond(report.bytesPerSecond());
        state.setFilesDone(report.filesDone());
        state.setFilesTotal(report.filesTotal());
        LoadError error = report.error();
        if (error != null) {
            state.setError(WireErrorCode.of(error.code().name()));
            state.setFailureScope(report.ofNode() ? FailureScope.NODE : FailureScope.SOURCE);
        }
        state.setMessage(report.message());
        state.setManifestDigest(report.manifestDigest());
        state.setVerified(report.verified());
        state.setChangeSequence(report.changeSequence());
        state.setIncarnation(report.incarnation());
        return state;
    }

    /** What a member said. */
    public static MemberReport report(MemberLoadState state) {
        String message = state.getMessage() == null ? "" : state.getMessage();
        LoadError error =
                state.isSetError() ? new LoadError(ErrorCode.of(state.getError().name()), message) : null;
        return new MemberReport(
                state.getLoadId(),
                state.getPhase(),
                state.getBytesDone(),
                state.getBytesTotal(),
                state.getBytesPerSecond(),
                state.getFilesDone(),
                state.getFilesTotal(),
                error,
                state.getFailureScope() == FailureScope.NODE,
                message,
                state.getManifestDigest() == null ? "" : state.getManifestDigest(),
                state.isVerified(),
                state.getChangeSequence(),
                state.getIncarnation());
    }

    /** What a primary said of its group. */
    public static Map<HostPort, MemberReport> reports(Map<WireAddress, MemberLoadState> members) {
        Map<HostPort, MemberReport> reports = new TreeMap<>();
        members.forEach((address, state) -> reports.put(Wire.hostPort(address), report(state)));
        return reports;
    }

    /** What a member told its primary; {@link IllegalArgumentException} if it does not say who it is. */
    public static GroupProgress progress(LoadProgressRequest request) {
        return new GroupProgress(
                new Ballot(request.getBallot()), Wire.hostPort(request.getMember()), report(request.getState()));
    }

    /**
     * What a directive wants of one replica; null speaks of no load, so there is to be nothing. {@link
     * IllegalArgumentException} if there is no such verifier.
     */
    public static LoadOrder order(@Nullable LoadDirective directive, HostPort self) {
        if (directive == null) {
            return LoadOrder.NOTHING;
        }
        boolean deep = LoadPlan.VERIFY_FULL.equals(directive.getVerify())
                && (!directive.isSetVerifier() || self.equals(Wire.hostPort(directive.getVerifier())));
        return new LoadOrder(
                directive.getLoadId(),
                directive.getGoal(),
                directive.getProviderName(),
                directive.getPartitionPath(),
                directive.getManifestDigest(),
                directive.getMode(),
                directive.getEpoch(),
                directive.getPartitionCount(),
                directive.getVerify(),
                deep,
                directive.getPriority());
    }

    /** Writes into a request of a relay where its receiver reads. */
    public static void setPlace(GroupLoadRequest request, RelayPlace place, HostPort receiver) {
        request.setRelayed(true);
        if (place instanceof RelayPlace.Behind behind) {
            request.setRelayedBy(Wire.address(behind.member()));
        } else if (place instanceof RelayPlace.Store) {
            request.setRelayedBy(Wire.address(receiver));
        }
    }

    /** What a primary told {@code receiver}; {@link IllegalArgumentException} if it is no order. */
    public static GroupOrder groupOrder(GroupLoadRequest request, HostPort receiver) {
        LoadDirective directive = request.getLoad();
        if (LoadMode.findByValue(directive.getMode()) == null) {
            throw new IllegalArgumentException(
                    "load " + directive.getLoadId() + " of mode " + directive.getMode() + ", expected 0 to 3");
        }
        return new GroupOrder(
                new Ballot(request.getBallot()),
                request.getSequence(),
                place(request, receiver),
                order(directive, receiver),
                !directive.isAwaitsTurn());
    }

    private static RelayPlace place(GroupLoadRequest request, HostPort receiver) {
        if (!request.isRelayed()) {
            return RelayPlace.STORE;
        }
        if (!request.isSetRelayedBy()) {
            return RelayPlace.UNKNOWN;
        }
        HostPort before = Wire.hostPort(request.getRelayedBy());
        return before.equals(receiver) ? RelayPlace.STORE : new RelayPlace.Behind(before);
    }

    /** Speaks of no load: there is to be nothing. */
    public static LoadDirective nothing() {
        LoadDirective nothing = new LoadDirective();
        nothing.setGoal(LoadGoal.CLEAN_UP);
        nothing.setProviderName("");
        nothing.setPartitionPath("");
        nothing.setManifestDigest("");
        nothing.setVerify("");
        return nothing;
    }

    /** What the leader wants of a partition. */
    public static LoadDirective directive(AppLoad load, int index) {
        PartitionLoad partition = load.partitions().get(index);
        LoadPlan plan = load.plan();
        ManifestPin pin = partition.pin();
        LoadDirective directive = new LoadDirective();
        directive.setLoadId(load.loadId());
        directive.setGoal(load.phase().goal());
        directive.setProviderName(plan.source().provider());
        directive.setPartitionPath(
                plan.isRollback() ? "" : plan.source().location().partitionPath(index));
        directive.setManifestDigest(pin == null ? "" : pin.digest());
        directive.setMode(plan.mode());
        directive.setPriority(plan.priority());
        directive.setEpoch(load.phase().epoch());
        directive.setPartitionCount(load.partitions().size());
        boolean again = partition.isVerified() && plan.hasDeepChecks();
        directive.setVerify(again ? LoadPlan.VERIFY_CHECKSUM : plan.verify());
        HostPort verifier = partition.verifier();
        if (verifier != null) {
            directive.setVerifier(Wire.address(verifier));
        }
        return directive;
    }
}
