package dev.sluice.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A primary that is asked to hand over says that it has only when nothing is served or committed by it any more. */
class HandOverTest {
    private static final HostPort SELF = new HostPort("10.0.0.1", 34801);
    private static final HostPort PEER = new HostPort("10.0.0.2", 34801);

    private final History history = new History(Limits.DEFAULT, 0, List.of(), 0);
    private Role role = Role.found(SELF, history, Limits.DEFAULT);
    private Prepare lastSent = new Prepare(0, Ballot.NONE, SELF, List.of(), 0, false, 0, 0);
    private List<Effect> effects = List.of();

    @Test
    void withNothingUnderWayItSaysSoAtOnceAndTakesNothingNew() {
        serve();
        step(primary -> primary.onDirective(told(1, 7, true), 1));
        assertThat(role.status().serving()).isFalse();
        assertThat(role.status().handedOver()).isEqualTo(7);
        assertThat(effects).contains(new Effect.Report());

        step(primary -> primary.onWrite(new Write(1, List.of()), 1, 1));
        assertThat(effects).containsExactly(new Effect.Refuse(1, ErrorCode.ERR_INVALID_STATE));
        assertThat(history.prepared()).isEqualTo(history.committed());
    }

    @Test
    void whatItHasProposedIsCommittedAndAnsweredFirst() {
        serve();
        step(primary -> primary.onWrite(new Write(5, List.of()), 1, 1));
        step(primary -> primary.onDirective(told(1, 7, true), 2));
        assertThat(role.status().serving()).isFalse();
        assertThat(role.status().handedOver()).isZero();

        everybodyHasAll();
        assertThat(effects)
                .anySatisfy(effect -> assertThat(effect)
                        .isInstanceOfSatisfying(
                                Effect.Commit.class,
                                commit -> assertThat(commit.tokens()).containsExactly(5L)));
        assertThat(role.status().handedOver()).isEqualTo(7);
    }

    @Test
    void oneThatIsStillTakingOverEndsThatFirst() {
        step(found -> found.onDirective(told(1, 7, true), 0));
        assertThat(role.status().handedOver()).isZero();
        everybodyHasAll();
        assertThat(role.status().handedOver()).isEqualTo(7);
        assertThat(role.status().serving()).isFalse();
    }

    @Test
    void itServesAgainWhenItIsToldToAndNotByAnOlderWord() {
        serve();
        step(primary -> primary.onDirective(told(1, 7, true), 1));
        step(primary -> primary.onDirective(told(1, 6, false), 2));
        assertThat(role.status().handedOver()).as("after an older word").isEqualTo(7);

        step(primary -> primary.onDirective(told(1, 8, false), 3));
        assertThat(role.status().handedOver()).isZero();
        assertThat(role.status().serving()).isTrue();
        assertThat(effects).contains(new Effect.Serve());
    }

    @Test
    void whatWasConfirmedOnceIsNotConfirmedForALaterAsking() {
        serve();
        step(primary -> primary.onDirective(told(1, 7, true), 1));
        step(primary -> primary.onDirective(told(1, 8, false), 2));
        step(primary -> primary.onWrite(new Write(5, List.of()), 3, 3));
        step(primary -> primary.onDirective(told(1, 9, true), 4));
        assertThat(role.status().handedOver()).isZero();
        everybodyHasAll();
        assertThat(role.status().handedOver()).isEqualTo(9);
    }

    @Test
    void underTheNextBallotItIsASecondaryOfTheOther() {
        serve();
        step(primary -> primary.onDirective(told(1, 7, true), 1));
        step(primary -> primary.onDirective(new Configuration(new Ballot(2), PEER, List.of(SELF), List.of(), 1), 2));
        assertThat(role.name()).isEqualTo(RoleName.SECONDARY);
        assertThat(role.status().handedOver()).isZero();
    }

    private void serve() {
        step(found -> found.onDirective(told(1, 1, false), 0));
        everybodyHasAll();
        assertThat(role.status().serving()).isTrue();
    }

    private static Configuration told(long ballot, long sequence, boolean handOver) {
        return new Configuration(new Ballot(ballot), SELF, List.of(PEER), Map.of(), 1, sequence, handOver);
    }

    private void everybodyHasAll() {
        step(primary -> primary.onLogWritten(history.lastAppend(), 5));
        long message = lastSent.messageId();
        step(primary -> primary.onPrepareAnswer(
                PEER,
                new PrepareAnswer(message, Outcome.OK, new Ballot(1), history.prepared(), history.committed()),
                5));
    }

    private void step(Function<Role, Step> event) {
        Step step = event.apply(role);
        role = step.next();
        effects = step.effects();
        effects.forEach(effect -> {
            if (effect instanceof Effect.Send send) {
                lastSent = send.prepare();
            }
        });
    }
}
