package dev.sluice.meta.balancer;

import dev.sluice.common.Gpid;
import dev.sluice.meta.balancer.Layout.AppLayout;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.Move.Kind;
import dev.sluice.meta.state.MetaState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Spreads primaries and replicas: of each app, and of all apps where that costs no app its evenness.
 *
 * <p>Primaries are switched as long as that helps; only then is anything copied. Every move makes the spread better, or makes
 * one that does possible, so from any placement there is an end, and then silence. Nodes that are not alive, apps that are not
 * whole and partitions that are held are left as they are.
 */
public final class Balancer {
    /** Returns the moves to begin now. */
    public Map<Gpid, Move> plan(MetaState state, ClusterView view, Situation situation) {
        Map<Gpid, Move> planned = new LinkedHashMap<>();
        int free = situation.movesMax() - situation.moves().size();
        if (free <= 0) {
            return planned;
        }
        Layout layout = Layout.of(state, view, situation);
        while (planned.size() < free && planSwitch(layout, view, situation, planned)) {
            // Each is tried out on the layout.
        }
        boolean isSwitching = !planned.isEmpty()
                || situation.moves().values().stream().anyMatch(move -> move.kind() == Kind.MOVE_PRIMARY);
        while (!isSwitching
                && !situation.onlyPrimaries()
                && planned.size() < free
                && planCopy(layout, view, situation, planned)) {
            // As above.
        }
        return planned;
    }

    private static boolean planSwitch(Layout layout, ClusterView view, Situation situation, Map<Gpid, Move> planned) {
        for (AppLayout app : layout.apps()) {
            if (!situation.isTurnOf(app.id(), planned)) {
                continue;
            }
            Optional<Switches.Switch> found = Switches.next(app, layout);
            if (found.isPresent()) {
                Gpid gpid = found.get().configuration().gpid();
                plan(layout, app, gpid, Move.primary(found.get().to(), view.wallMs()), planned);
                return true;
            }
        }
        return false;
    }

    private static boolean planCopy(Layout layout, ClusterView view, Situation situation, Map<Gpid, Move> planned) {
        for (AppLayout app : layout.apps()) {
            if (!situation.isTurnOf(app.id(), planned)) {
                continue;
            }
            Optional<Copies.Copy> found = Copies.next(app, layout);
            if (found.isPresent()) {
                Copies.Copy copy = found.get();
                Move move = Move.replica(copy.from(), copy.to(), copy.configuration(), view.wallMs());
                plan(layout, app, copy.configuration().gpid(), move, planned);
                return true;
            }
        }
        return false;
    }

    private static void plan(Layout layout, AppLayout app, Gpid gpid, Move move, Map<Gpid, Move> planned) {
        layout.tryOut(app, gpid, move);
        planned.put(gpid, move);
    }
}
