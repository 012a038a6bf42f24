package dev.sluice.meta.node;

/**
 * How much the balancer may do.
 *
 * @param movesMax moves under way at a time
 * @param onlyPrimaries primaries switch, and nothing is copied
 */
public record BalanceOptions(int movesMax, boolean onlyPrimaries) {
    public static final BalanceOptions DEFAULT = new BalanceOptions(10, false);

    public BalanceOptions {
        if (movesMax < 0) {
            throw new IllegalArgumentException(movesMax + " moves at a time: expected at least 0");
        }
    }
}
