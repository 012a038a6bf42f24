package dev.sluice.meta.balancer;

import dev.sluice.common.Gpid;
import dev.sluice.meta.guardian.Move;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a balancer has to respect.
 *
 * @param moves under way; they count as done, and against the most
 * @param held partitions that are not to move now
 * @param movesMax moves under way at a time
 * @param onlyPrimaries primaries switch, and nothing is copied
 * @param inTurn while partitions of an app move, those of others do not begin to
 */
public record Situation(
        Map<Gpid, Move> moves, Predicate<Gpid> held, int movesMax, boolean onlyPrimaries, boolean inTurn) {
    /** True if a partition of that app may begin to move, beside those that are planned. */
    boolean isTurnOf(int appId, Map<Gpid, Move> planned) {
        return !inTurn
                || (moves.isEmpty() && planned.isEmpty())
                || Stream.of(moves, planned)
                        .flatMap(moving -> moving.keySet().stream())
                        .anyMatch(gpid -> gpid.appId() == appId);
    }
}
