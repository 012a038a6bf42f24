package dev.sluice.meta.load;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.ManifestPin;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether the nodes have room for a load, before anything of it is fetched. A node that would run full gives its replicas'
 * places up one by one, so a set that fits nowhere would shrink every group to its last member.
 *
 * <p>Only a first look: what other loads and clients write meanwhile is not known here, and each replica looks again.
 */
final class SpaceCheck {
    /** What the replica servers keep free. */
    private static final long RESERVE_BYTES = DownloadOptions.DEFAULTS.reserveBytes();

    private SpaceCheck() {}

    /** What a node is to hold of a load. */
    private record Need(HostPort node, long bytes, int partitions, long freeBytes) {
        boolean isMet() {
            // The sizes are the source's, so they are not added up to more than a long holds.
            return bytes == 0 || freeBytes - RESERVE_BYTES >= bytes;
        }

        long missing() {
            return bytes - freeBytes;
        }

        LoadError error() {
            return new LoadError(
                    ErrorCode.ERR_DISK_INSUFFICIENT,
                    node + ": " + bytes + " bytes needed for " + partitions + " of its partitions and " + RESERVE_BYTES
                            + " to be kept free, but only " + freeBytes + " bytes are free: make room, or use a smaller"
                            + " file set");
        }
    }

    /**
     * The worst shortage, if there is one. Nodes that are dead, or have not said what is free, are left out.
     *
     * @param pins by partition index
     */
    static Optional<LoadError> findShortage(AppLoad load, List<ManifestPin> pins, Nodes nodes) {
        Map<HostPort, Need> needs = new TreeMap<>();
        for (int index = 0; index < Math.min(pins.size(), load.partitions().size()); index++) {
            long bytes = pins.get(index).bytes();
            for (HostPort member : load.partitions().get(index).members()) {
                OptionalLong free = nodes.freeBytes(member);
                if (nodes.isLive(member) && free.isPresent()) {
                    needs.compute(member, (node, before) -> more(node, before, bytes, free.getAsLong()));
                }
            }
        }
        return needs.values().stream()
                .filter(need -> !need.isMet())
                .max(Comparator.comparingLong(Need::missing))
                .map(Need::error);
    }

    private static Need more(HostPort node, @Nullable Need before, long bytes, long freeBytes) {
        return before == null
                ? new Need(node, bytes, 1, freeBytes)
                : new Need(node, saturatedSum(before.bytes, bytes), before.partitions + 1, freeBytes);
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
