package dev.sluice.meta.state;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One partition: its configuration, and who left it lately.
 *
 * @param lastDrops the newest last, at most {@link #LAST_DROPS_MAX}; no member is among them
 */
public record Partition(Configuration configuration, List<Drop> lastDrops) {
    static final int LAST_DROPS_MAX = 6;

    /**
     * A node left the configuration.
     *
     * @param atMs since 1970
     */
    public record Drop(HostPort node, long atMs) {}

    public Partition {
        lastDrops = List.copyOf(lastDrops);
    }

    static Partition unconfigured(Gpid gpid) {
        return new Partition(new Configuration(gpid, Ballot.NONE, null, List.of()), List.of());
    }

    public Gpid gpid() {
        return configuration.gpid();
    }

    public Ballot ballot() {
        return configuration.ballot();
    }

    public @Nullable HostPort primary() {
        return configuration.primary();
    }

    public List<HostPort> secondaries() {
        return configuration.secondaries();
    }

    /** True if it never had a configuration: no replica of it has data. */
    public boolean isUnconfigured() {
        return configuration.primary() == null;
    }

    Partition configuredAs(Configuration next, long atMs) {
        if (next.ballot().compareTo(ballot()) <= 0) {
            throw new IllegalArgumentException(
                    gpid() + ": configuration of ballot " + next.ballot() + " after ballot " + ballot());
        }
        List<Drop> drops = new ArrayList<>();
        for (Drop drop : lastDrops) {
            if (!next.hasMember(drop.node())) {
                drops.add(drop);
            }
        }
        for (HostPort member : configuration.members()) {
            if (!next.hasMember(member)) {
                drops.add(new Drop(member, atMs));
            }
        }
        return new Partition(next, drops.subList(Math.max(0, drops.size() - LAST_DROPS_MAX), drops.size()));
    }

    Partition withNextBallot() {
        return new Partition(new Configuration(gpid(), ballot().next(), primary(), secondaries()), lastDrops);
    }
}
