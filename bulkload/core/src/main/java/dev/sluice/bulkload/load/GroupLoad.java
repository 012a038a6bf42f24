package dev.sluice.bulkload.load;

import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberPhase;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a primary knows of its group in a load, under one ballot: a value that never changes. Another ballot begins with
 * nothing known.
 *
 * @param order what the leader wants; {@link LoadOrder#NOTHING} if it speaks of no load
 * @param proposing the publish is on its way through the log
 * @param relay in which order the members would read from each other
 */
public record GroupLoad(LoadOrder order, Map<HostPort, MemberReport> members, boolean proposing, RelayOrder relay) {
    public GroupLoad {
        members = new TreeMap<>(members);
    }

    /** Under a ballot that has just begun. */
    public static GroupLoad begin(LoadOrder order) {
        return new GroupLoad(order, Map.of(), false, RelayOrder.EMPTY);
    }

    /** The leader wants something; what is older than what it wants by now changes nothing. */
    public GroupLoad onOrder(LoadOrder next) {
        return next.loadId() != 0 && next.loadId() < order.loadId()
                ? this
                : with(next, members, proposing && next.loadId() == order.loadId());
    }

    /** A member says how it stands; what it said before that changes nothing. */
    public GroupLoad onReport(HostPort member, MemberReport report) {
        MemberReport known = members.get(member);
        if (known != null && !report.isNewerThan(known)) {
            return this;
        }
        Map<HostPort, MemberReport> next = new TreeMap<>(members);
        next.put(member, report);
        return with(order, next, proposing);
    }

    /** Those who are neither members nor learners any more say nothing of this group. */
    public GroupLoad retain(Collection<HostPort> known) {
        Map<HostPort, MemberReport> next = new TreeMap<>(members);
        next.keySet().retainAll(known);
        return with(order, next, proposing);
    }

    /** The publish was proposed. */
    public GroupLoad onProposed() {
        return with(order, members, true);
    }

    /** The proposal came to an end: it is applied here, or may be tried again. */
    public GroupLoad onProposalEnded() {
        return with(order, members, false);
    }

    /**
     * True if the publish is to be proposed now: wanted, not on its way, not applied here, and every member has what it
     * needs.
     *
     * @param publishedLoadId of the last load that this replica's engine published
     */
    public boolean shouldPropose(Collection<HostPort> configuration, long publishedLoadId) {
        return order.goal() == LoadGoal.PUBLISH
                && !proposing
                && publishedLoadId < order.loadId()
                && !configuration.isEmpty()
                && configuration.stream().allMatch(member -> isReady(members.get(member)));
    }

    /** True if the member needs to be told nothing: it is where the leader wants it. */
    public boolean isWhereWanted(HostPort member) {
        MemberReport report = members.get(member);
        return report != null
                && report.loadId() == order.loadId()
                && switch (order.goal()) {
                    case DOWNLOAD -> report.isReadyToPublish();
                    case PAUSE -> report.isAtRest();
                    case PUBLISH -> report.phase() == MemberPhase.PUBLISHED;
                    case CLEAN_UP -> report.isClean();
                };
    }

    private GroupLoad with(LoadOrder wanted, Map<HostPort, MemberReport> known, boolean isProposing) {
        return new GroupLoad(wanted, known, isProposing, relay.after(wanted.loadId(), known));
    }

    private boolean isReady(@Nullable MemberReport report) {
        return report != null
                && report.loadId() == order.loadId()
                && (report.phase() == MemberPhase.STAGED || report.phase() == MemberPhase.PUBLISHED);
    }
}
