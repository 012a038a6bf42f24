package dev.sluice.meta.balancer;

import dev.sluice.common.Gpid;
import dev.sluice.meta.guardian.Move;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a balancer has to respect.
 *
 * @param moves under way; they count as done, and against the most
 * @param held partitions that are not to move now
 * @param movesMax moves under way at a time
 * @param onlyPrimaries primaries switch, and nothing is copied
 */
public record Situation(Map<Gpid, Move> moves, Predicate<Gpid> held, int movesMax, boolean onlyPrimaries) {}
