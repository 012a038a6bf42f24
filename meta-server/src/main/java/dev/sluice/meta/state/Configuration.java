package dev.sluice.meta.state;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who serves a partition.
 *
 * @param primary null while the partition was never configured
 * @param secondaries in the order of their addresses, without the primary
 */
public record Configuration(
        Gpid gpid, Ballot ballot, @Nullable HostPort primary, List<HostPort> secondaries) {
    public Configuration {
        if (primary == null && !secondaries.isEmpty()) {
            throw new IllegalArgumentException(gpid + ": a configuration with secondaries needs a primary");
        }
        if ((primary != null && secondaries.contains(primary))
                || secondaries.stream().distinct().count() != secondaries.size()) {
            throw new IllegalArgumentException(
                    gpid + ": a node stands twice in primary " + primary + ", secondaries " + secondaries);
        }
        secondaries = secondaries.stream().sorted().toList();
    }

    /** The primary first; empty while the partition was never configured. */
    public List<HostPort> members() {
        if (primary == null) {
            return List.of();
        }
        List<HostPort> members = new ArrayList<>(secondaries.size() + 1);
        members.add(primary);
        members.addAll(secondaries);
        return List.copyOf(members);
    }

    public boolean hasMember(HostPort node) {
        return node.equals(primary) || secondaries.contains(node);
    }

    public boolean isPrimary(HostPort node) {
        return node.equals(primary);
    }

    /** The next configuration, with these members. */
    public Configuration next(HostPort newPrimary, List<HostPort> newSecondaries) {
        return new Configuration(gpid, ballot.next(), newPrimary, newSecondaries);
    }

    /** The next configuration, with one secondary more. */
    public Configuration adding(HostPort secondary) {
        List<HostPort> more = new ArrayList<>(secondaries);
        more.add(secondary);
        return next(Objects.requireNonNull(primary), more);
    }

    /** The next configuration, without these secondaries. */
    public Configuration without(List<HostPort> gone) {
        return next(
                Objects.requireNonNull(primary),
                secondaries.stream().filter(node -> !gone.contains(node)).toList());
    }
}
