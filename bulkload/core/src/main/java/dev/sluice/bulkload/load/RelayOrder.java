package dev.sluice.bulkload.load;

import dev.sluice.bulkload.transfer.RelayPlace;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.MemberPhase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group in the order of their relay: the first reads the store, each of the others the one before it. So
 * the store is read once, and nobody can wait for itself.
 *
 * <p>In it is whoever has a download slot, or has all files already: nobody waits for another's slot. A member that drops
 * out leaves the order of the others as it was; one that comes later stands at the end.
 */
public record RelayOrder(List<HostPort> members) {
    /** Of a group of which nothing is known. */
    public static final RelayOrder EMPTY = new RelayOrder(List.of());

    public RelayOrder {
        members = List.copyOf(members);
    }

    /** As it is after what the members said last of that load. */
    RelayOrder after(long loadId, Map<HostPort, MemberReport> reports) {
        List<HostPort> next = new ArrayList<>(members);
        next.removeIf(member -> !takesPart(loadId, reports.get(member)));
        reports.entrySet().stream()
                .filter(each -> !next.contains(each.getKey()) && takesPart(loadId, each.getValue()))
                // Of those that are heard of at once whoever has most comes first: the others need not wait for what it
                // has.
                .sorted(Comparator.comparing((Map.Entry<HostPort, MemberReport> each) ->
                                -each.getValue().bytesDone())
                        .thenComparing(Map.Entry::getKey))
                .forEach(each -> next.add(each.getKey()));
        return next.equals(members) ? this : new RelayOrder(next);
    }

    private static boolean takesPart(long loadId, @Nullable MemberReport report) {
        return report != null
                && report.loadId() == loadId
                && (report.phase() == MemberPhase.DOWNLOADING || report.phase() == MemberPhase.STAGED);
    }

    /** Where the member reads. */
    public RelayPlace placeOf(HostPort member) {
        int index = members.indexOf(member);
        if (index < 0) {
            return RelayPlace.UNKNOWN;
        }
        return index == 0 ? RelayPlace.STORE : new RelayPlace.Behind(members.get(index - 1));
    }
}
