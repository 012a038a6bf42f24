package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.MetaState;

/** Has a say in whether a learner that caught up may become a member; pure. */
@FunctionalInterface
public interface Admission {
    /** Admits every learner. */
    Admission ANY = (state, gpid, learner, view) -> true;

    boolean admits(MetaState state, Gpid gpid, HostPort learner, ClusterView view);
}
