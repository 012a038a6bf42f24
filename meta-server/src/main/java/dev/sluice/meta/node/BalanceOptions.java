package dev.sluice.meta.node;

import java.util.Set;

/**
 * How much the balancer may do.
 *
 * @param movesMax moves under way at a time
 * @param onlyPrimaries primaries switch, and nothing is copied
 * @param inTurn one app moves at a time
 * @param ignoredApps ids of apps that are left as they are
 */
public record BalanceOptions(int movesMax, boolean onlyPrimaries, boolean inTurn, Set<Integer> ignoredApps) {
    public static final BalanceOptions DEFAULT = new BalanceOptions(10, false, false, Set.of());

    public BalanceOptions {
        if (movesMax < 0) {
            throw new IllegalArgumentException(movesMax + " moves at a time: expected at least 0");
        }
        ignoredApps = Set.copyOf(ignoredApps);
    }
}
