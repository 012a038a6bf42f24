package dev.sluice.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import org.junit.jupiter.api.Test;

final class PeerTest {
    private static final HostPort LEARNER = new HostPort("10.0.0.3", 34801);

    /** Else it could be made a member, and be the last one, while what it was taught is still on its way. */
    @Test
    void whatALearnerIsTaughtItHasOnlyOnceItSaysSo() {
        Peer taught = Peer.learner(ask(4, false), 8, null);
        assertThat(taught.acked()).isEqualTo(4);
        assertThat(taught.countIfCaughtUp(7)).isFalse();
        assertThat(taught.isCaughtUp()).isFalse();

        assertThat(Peer.learner(ask(7, false), 8, null).countIfCaughtUp(7)).isTrue();
    }

    @Test
    void whatALearnerHasThatNeedsACheckpointCountsForNothing() {
        assertThat(Peer.learner(ask(9, true), 8, null).countIfCaughtUp(1)).isFalse();
    }

    private static LearnAsk ask(long committed, boolean needsCheckpoint) {
        return new LearnAsk(LEARNER, new Ballot(5), 1, 9, committed, needsCheckpoint, 0);
    }
}
