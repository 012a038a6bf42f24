package dev.sluice.meta.node;

import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.Collection;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Keeps the cluster as it is while few of its replica servers are alive. So many do not fail by themselves: a network or a
 * power supply did, and copying what they have to the others would only be more work for these. From any thread.
 *
 * @param standings of all nodes that ever registered
 * @param livePercentMin with a smaller share of nodes that are not dead, all is freezed; 0: never
 */
public record Freeze(Supplier<Map<HostPort, Standing>> standings, IntSupplier livePercentMin) {
    /** What the operator set, but no more than freezed while too few nodes are alive. */
    public FunctionLevel level(MetaState state) {
        FunctionLevel set = state.functionLevel();
        return set.compareTo(FunctionLevel.FREEZED) > 0 && isOn() ? FunctionLevel.FREEZED : set;
    }

    /** True while too few nodes are alive. */
    boolean isOn() {
        int percentMin = livePercentMin.getAsInt();
        if (percentMin == 0) {
            return false;
        }
        Collection<Standing> known = standings.get().values();
        long live = known.stream().filter(standing -> standing != Standing.DEAD).count();
        return live * 100 < (long) percentMin * known.size();
    }
}
