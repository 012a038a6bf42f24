package dev.sluice.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writes that wait for a round of a primary whose log does not keep up. */
class WaitingWritesTest {
    private static final HostPort SELF = new HostPort("10.0.0.1", 34801);
    private static final int ROUNDS = 1;
    private static final int WAITING_MAX = 3;
    private static final Limits LIMITS = new Limits(ROUNDS, 1 << 20, WAITING_MAX, 3_000, 1 << 20, 8, 256, 1 << 20);

    private final History history = new History(LIMITS, 0, List.of(), 0);
    private Role role = Role.found(SELF, history, LIMITS);

    @Test
    void moreThanMayWaitAreRefusedUntilARoundIsOver() {
        role = role.onDirective(new Configuration(new Ballot(5), SELF, List.of(), List.of(), 1), 0)
                .next();
        logIsWritten();
        assertThat(role.status().serving()).isTrue();
        for (long token = 0; token < ROUNDS + WAITING_MAX; token++) {
            assertThat(refusedOf(token)).as("write %s", token).isEmpty();
        }

        Effect.Refuse full = new Effect.Refuse(10, ErrorCode.ERR_CAPACITY_EXCEEDED);
        assertThat(refusedOf(10)).containsExactly(full);

        logIsWritten();
        assertThat(refusedOf(11)).isEmpty();
    }

    private List<Effect> refusedOf(long token) {
        Step step = role.onWrite(new Write(token, List.of()), 1, 1);
        role = step.next();
        return step.effects().stream()
                .filter(effect -> effect instanceof Effect.Refuse)
                .toList();
    }

    private void logIsWritten() {
        role = role.onLogWritten(history.prepared(), 1).next();
    }
}
