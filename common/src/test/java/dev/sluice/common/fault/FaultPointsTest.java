package dev.sluice.common.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class FaultPointsTest {
    private final AtomicInteger releases = new AtomicInteger();

    private static String run(FaultPoints points, String... arguments) {
        RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0));
        points.registerCommand(commands, "meta.fault-point");
        return commands.execute("meta.fault-point", List.of(arguments));
    }

    private FaultPoints points(boolean allowed) {
        FaultPoints points = FaultPoints.holding(List.of("a.step", "another.step"), allowed);
        points.onRelease(releases::incrementAndGet);
        return points;
    }

    @Test
    void aPointThatIsHeldIsReleasedOnceAndTellsSo() {
        FaultPoints points = points(true);
        assertThat(run(points, "a.step", "hold")).contains("\"ok\"");
        assertThat(points.isHeld("a.step")).isTrue();
        assertThat(points.isHeld("another.step")).isFalse();
        assertThat(run(points)).contains("\"a.step\": \"held\"").contains("\"another.step\": \"passes\"");
        assertThat(run(points, "a.step", "release")).contains("\"ok\"");
        assertThat(run(points, "a.step", "release")).contains("\"ok\"");
        assertThat(points.isHeld("a.step")).isFalse();
        assertThat(releases).hasValue(1);
    }

    @Test
    void nothingIsHeldUnlessTheConfigurationAllowsIt() {
        FaultPoints points = points(false);
        assertThat(run(points, "a.step", "hold"))
                .contains("fault points are off")
                .contains("allow_fault_points");
        assertThat(points.isHeld("a.step")).isFalse();
        assertThat(run(points)).contains("\"a.step\": \"passes\"");
    }

    @Test
    void aNameOrAWordThatIsNotKnownIsRefused() {
        FaultPoints points = points(true);
        assertThat(run(points, "a.stp", "hold"))
                .contains("no fault point 'a.stp'")
                .contains("a.step, another.step");
        assertThat(run(points, "a.step", "crash")).contains("invalid arguments 'a.step crash'");
        assertThat(run(points, "a.step")).contains("invalid arguments 'a.step'");
        assertThat(points.isHeld("a.step")).isFalse();
    }

    @Test
    void aServerHaltsAtThePointThatWasSetAndAtNoOther() {
        AtomicInteger halts = new AtomicInteger();
        FaultPoints points = FaultPoints.halting(List.of("a.step", "another.step"), true, halts::incrementAndGet);
        points.reached("a.step");
        assertThat(run(points, "a.step", "halt")).contains("\"ok\"");
        assertThat(run(points)).contains("\"a.step\": \"halts\"").contains("\"another.step\": \"passes\"");
        points.reached("another.step");
        assertThat(halts).hasValue(0);
        points.reached("a.step");
        assertThat(halts).hasValue(1);
        assertThat(run(points, "a.step", "release")).contains("\"ok\"");
        points.reached("a.step");
        assertThat(halts).hasValue(1);
    }

    @Test
    void pointsThatHoldDoNotHaltAndTheOtherWayRound() {
        assertThat(run(points(true), "a.step", "halt"))
                .contains("the fault points of this server hold, they cannot halt");
        assertThat(run(FaultPoints.halting(List.of("a.step"), true), "a.step", "hold"))
                .contains("the fault points of this server halt, they cannot hold");
        assertThat(run(FaultPoints.halting(List.of("a.step"), false), "a.step", "halt"))
                .contains("fault points are off");
    }
}
