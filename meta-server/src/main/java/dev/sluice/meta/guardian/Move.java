package dev.sluice.meta.guardian;

import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A change that a partition is not in need of, but that the balancer or an operator wants: first a node is added, then the
 * primary hands over, then a member leaves. What is so already is skipped, so a move goes on wherever it was broken off.
 *
 * <p>Never journaled: a new leader starts without moves, and the guardian brings what they left to its number of members.
 *
 * @param add the node to become a member; null for none
 * @param primary the member to become primary; null to leave it
 * @param remove the member to leave in the end; null for none
 * @param untilMs when it is given up, since 1970
 */
public record Move(
        @Nullable HostPort add,
        @Nullable HostPort primary,
        @Nullable HostPort remove,
        long untilMs) {
    /** A primary that has not handed over by then goes on. */
    private static final long SWITCH_MS_MAX = 10_000;
    /** A copy of that age is given up, in case nothing else ends it: a node that dies does. */
    private static final long COPY_MS_MAX = 12L * 3_600_000;

    /** What a move is, in the words of the client protocol. */
    public enum Kind {
        MOVE_PRIMARY,
        COPY_PRIMARY,
        COPY_SECONDARY
    }

    public Move {
        if (add == null && primary == null && remove == null) {
            throw new IllegalArgumentException("a move that changes nothing");
        }
    }

    /** A secondary becomes primary. */
    public static Move primary(HostPort to, long nowMs) {
        return begin(null, to, null, nowMs);
    }

    /** A member's place goes to a node that is none. */
    public static Move replica(HostPort from, HostPort to, Configuration now, long nowMs) {
        return begin(to, now.isPrimary(from) ? to : null, from, nowMs);
    }

    /** A move that begins now, and has the time that its kind may take. */
    public static Move begin(
            @Nullable HostPort add, @Nullable HostPort primary, @Nullable HostPort remove, long nowMs) {
        return new Move(add, primary, remove, nowMs + (add == null ? SWITCH_MS_MAX : COPY_MS_MAX));
    }

    public Kind kind() {
        if (add == null) {
            return primary == null ? Kind.COPY_SECONDARY : Kind.MOVE_PRIMARY;
        }
        return primary == null ? Kind.COPY_SECONDARY : Kind.COPY_PRIMARY;
    }

    /** The configuration once it is done, if nothing else happens; its ballot means nothing. */
    public Configuration appliedTo(Configuration now) {
        HostPort leading = primary == null ? Objects.requireNonNull(now.primary()) : primary;
        return now.next(
                leading,
                Stream.concat(now.members().stream(), Stream.ofNullable(add))
                        .filter(node -> !node.equals(leading) && !node.equals(remove))
                        .distinct()
                        .toList());
    }

    @Override
    public String toString() {
        return (add == null ? "" : "add " + add + " ")
                + (primary == null ? "" : "primary " + primary + " ")
                + (remove == null ? "" : "remove " + remove);
    }
}
