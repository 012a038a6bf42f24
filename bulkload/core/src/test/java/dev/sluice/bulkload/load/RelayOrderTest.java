package dev.sluice.bulkload.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.transfer.RelayPlace;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.MemberPhase;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RelayOrderTest {
    private static final long LOAD = 7;
    private static final HostPort A = new HostPort("127.0.0.1", 1);
    private static final HostPort B = new HostPort("127.0.0.1", 2);
    private static final HostPort C = new HostPort("127.0.0.1", 3);

    private final Map<HostPort, MemberReport> reports = new TreeMap<>();
    private RelayOrder order = RelayOrder.EMPTY;

    private void say(HostPort member, MemberPhase phase, long bytesDone) {
        reports.put(member, report(phase, bytesDone));
        order = order.after(LOAD, reports);
    }

    @Test
    void whoeverGetsASlotStandsAtTheEndAndReadsFromTheOneBefore() {
        say(A, MemberPhase.WAITING, 0);
        assertThat(order.placeOf(A)).isEqualTo(RelayPlace.UNKNOWN);
        say(B, MemberPhase.DOWNLOADING, 0);
        say(A, MemberPhase.DOWNLOADING, 0);
        say(C, MemberPhase.DOWNLOADING, 50);
        assertThat(order.members()).containsExactly(B, A, C);
        assertThat(order.placeOf(B)).isEqualTo(RelayPlace.STORE);
        assertThat(order.placeOf(A)).isEqualTo(new RelayPlace.Behind(B));
        assertThat(order.placeOf(C)).isEqualTo(new RelayPlace.Behind(A));
    }

    @Test
    void whoeverDropsOutIsSteppedOverAndComesBackAtTheEnd() {
        say(A, MemberPhase.DOWNLOADING, 0);
        say(B, MemberPhase.DOWNLOADING, 0);
        say(C, MemberPhase.DOWNLOADING, 0);
        say(A, MemberPhase.FAILED, 0);
        assertThat(order.placeOf(B)).isEqualTo(RelayPlace.STORE);
        assertThat(order.placeOf(C)).isEqualTo(new RelayPlace.Behind(B));
        say(A, MemberPhase.DOWNLOADING, 90);
        assertThat(order.members()).containsExactly(B, C, A);
        reports.remove(C);
        order = order.after(LOAD, reports);
        assertThat(order.members()).containsExactly(B, A);
    }

    @Test
    void aMemberThatHasAllFilesIsReadFromAndAnotherLoadBeginsAnew() {
        reports.put(C, report(MemberPhase.DOWNLOADING, 60));
        reports.put(B, report(MemberPhase.STAGED, 100));
        say(A, MemberPhase.DOWNLOADING, 10);
        assertThat(order.members()).containsExactly(B, C, A);
        assertThat(order.after(LOAD + 1, reports)).isEqualTo(RelayOrder.EMPTY);
    }

    private static MemberReport report(MemberPhase phase, long bytesDone) {
        return new MemberReport(LOAD, phase, bytesDone, 100, 0, 0, 1, null, false, "", "", false, 1, 1);
    }
}
