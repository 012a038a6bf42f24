package dev.sluice.meta.node;

import static dev.sluice.meta.guardian.ModelCluster.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.guardian.ModelCluster;
import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MovesTest {
    private BalanceOptions options = BalanceOptions.DEFAULT;
    private final Moves moves = new Moves(new VirtualTime(), () -> options);

    @Test
    void anAppThatIsIgnoredStaysAsItIs() {
        ModelCluster cluster = new ModelCluster(2);
        for (int app = 1; app <= 2; app++) {
            cluster.createApp(2, 2);
            for (int index = 0; index < 2; index++) {
                cluster.configure(new Gpid(app, index), List.of(n(1), n(2)));
            }
        }
        cluster.turn();
        MetaState lively = cluster.state().replay(List.of(new FunctionLevelSet(FunctionLevel.LIVELY)));

        options = new BalanceOptions(10, false, false, Set.of(1, 2));
        assertThat(moves.balance(lively, cluster.view())).isEmpty();
        options = new BalanceOptions(10, false, false, Set.of(1));
        assertThat(moves.balance(lively, cluster.view()).keySet()).isNotEmpty().allMatch(gpid -> gpid.appId() == 2);
        options = BalanceOptions.DEFAULT;
        assertThat(moves.balance(lively, cluster.view()).keySet()).isNotEmpty().allMatch(gpid -> gpid.appId() == 1);
    }
}
