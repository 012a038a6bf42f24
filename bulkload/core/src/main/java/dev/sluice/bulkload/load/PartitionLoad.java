package dev.sluice.bulkload.load;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the journal knows of a load in one partition.
 *
 * @param ballot of the configuration
 * @param primary null if there is none
 * @param members primary and secondaries
 * @param pin the manifest; null until all manifests were read
 * @param staged members that have all files, verified, on their disks
 */
public record PartitionLoad(
        Ballot ballot,
        @Nullable HostPort primary,
        List<HostPort> members,
        @Nullable ManifestPin pin,
        List<HostPort> staged) {
    public PartitionLoad {
        members = List.copyOf(members);
        staged = List.copyOf(staged);
    }

    /** Of a load that begins. */
    public static PartitionLoad of(Ballot ballot, @Nullable HostPort primary, List<HostPort> members) {
        return new PartitionLoad(ballot, primary, members, null, List.of());
    }

    /** A member that is new is not staged; one that is gone takes nothing back from the others. */
    PartitionLoad configured(Ballot newBallot, @Nullable HostPort newPrimary, List<HostPort> newMembers) {
        List<HostPort> kept = staged.stream().filter(newMembers::contains).toList();
        return new PartitionLoad(newBallot, newPrimary, newMembers, pin, kept);
    }

    PartitionLoad pinned(ManifestPin newPin) {
        return new PartitionLoad(ballot, primary, members, newPin, staged);
    }

    PartitionLoad stagedOn(List<HostPort> newStaged) {
        return new PartitionLoad(ballot, primary, members, pin, newStaged);
    }

    /** True if every member has all files, and there are enough of them. */
    public boolean isStaged(int minReplicaCount) {
        return pin != null && members.size() >= minReplicaCount && staged.containsAll(members);
    }

    /**
     * The member that runs the deep checks for all; null if each has to, because only checksums make the bytes the same.
     */
    public @Nullable HostPort verifier() {
        boolean oneIsEnough = pin != null && pin.hasChecksums() && !members.isEmpty();
        // A secondary if there is one: the primary's processor is left to serving.
        return oneIsEnough ? members.get(members.size() - 1) : null;
    }

    /** True if the deep checks were run before: a member that comes later gets bytes with the same checksums. */
    public boolean isVerified() {
        return pin != null && pin.hasChecksums() && !staged.isEmpty();
    }
}
