package dev.sluice.meta;

import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.config.Config;
import dev.sluice.meta.admin.MoveCounts;
import dev.sluice.meta.guardian.Move;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * The remote commands about repairs and the balancer. They hold for the server that is asked, until it ends: to hold for
 * whoever leads, they are sent to every meta server.
 */
final class BalanceCommands {
    private BalanceCommands() {}

    /** Adds them. {@code moves} are those under way, from any thread. */
    static void register(
            RemoteCommands commands, Config config, Supplier<Collection<Move>> moves, IgnoredApps ignored) {
        commands.registerNumber("meta.live_percentage", config, MetaOptions.LIVE_PERCENT_MIN)
                .registerNumber("meta.lb.assign_delay_ms", config, MetaOptions.ASSIGN_DELAY_MS)
                .registerBoolean("meta.lb.balancer_in_turn", config, MetaOptions.BALANCE_IN_TURN)
                .registerBoolean("meta.lb.only_primary_balancer", config, MetaOptions.BALANCE_PRIMARIES_ONLY)
                .registerBoolean("meta.lb.only_move_primary", config, MetaOptions.BALANCE_ONLY_PRIMARIES)
                .register(IgnoredApps.NAME, IgnoredApps.HELP, ignored::answer)
                .register(
                        "meta.lb.get_balance_operation_count",
                        "[total | move_pri | copy_pri | copy_sec | detail] - moves under way",
                        arguments -> new MoveCounts(moves.get()).answer(arguments));
    }
}
