package dev.sluice.common.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class FaultPointsTest {
    private final AtomicInteger releases = new AtomicInteger();
    private final List<String> halts = new ArrayList<>();

    private static String run(FaultPoints points, String... arguments) {
        RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0));
        points.registerCommand(commands, "meta.fault-point");
        return commands.execute("meta.fault-point", List.of(arguments));
    }

    private FaultPoints points(boolean allowed) {
        FaultPoints points = FaultPoints.of(
                List.of("a.step", "a.step-done"), List.of("a.step", "another.step"), allowed, halts::add);
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
                .contains("a.step, a.step-done, another.step");
        assertThat(run(points, "a.step", "crash")).contains("invalid arguments 'a.step crash'");
        assertThat(run(points, "a.step")).contains("invalid arguments 'a.step'");
        assertThat(points.isHeld("a.step")).isFalse();
    }

    @Test
    void aServerHaltsAtThePointThatWasSetAndAtNoOther() {
        FaultPoints points = points(true);
        points.reached("a.step");
        assertThat(run(points, "a.step", "halt")).contains("\"ok\"");
        assertThat(run(points)).contains("\"a.step\": \"halts\"").contains("\"another.step\": \"passes\"");
        assertThat(points.isHeld("a.step")).isFalse();
        points.reached("a.step-done");
        assertThat(halts).isEmpty();
        points.reached("a.step");
        assertThat(halts).containsExactly("a.step");
        assertThat(run(points, "a.step", "release")).contains("\"ok\"");
        points.reached("a.step");
        assertThat(halts).containsExactly("a.step");
    }

    @Test
    void whatWasSetLastCounts() {
        FaultPoints points = points(true);
        points.halt("a.step");
        points.hold("a.step");
        points.reached("a.step");
        assertThat(halts).isEmpty();
        assertThat(points.isHeld("a.step")).isTrue();

        points.halt("a.step");
        assertThat(points.isHeld("a.step")).isFalse();
        assertThat(releases).as("what was held goes on, to the halt").hasValue(1);
    }

    @Test
    void aPointThatCannotDoItRefuses() {
        assertThat(run(points(true), "another.step", "halt"))
                .contains("fault point 'another.step' cannot halt, those that can are [a.step, a.step-done]");
        assertThat(run(points(true), "a.step-done", "hold"))
                .contains("fault point 'a.step-done' cannot hold, those that can are [a.step, another.step]");
        FaultPoints haltsOnly = FaultPoints.of(List.of("a.step"), List.of(), true);
        assertThat(run(haltsOnly, "a.step", "hold")).contains("cannot hold, no point of this server can");
        assertThat(run(haltsOnly, "a.step")).contains("expected none, or NAME halt|release");
        assertThat(run(points(false), "a.step", "halt")).contains("fault points are off");
        assertThat(halts).isEmpty();
    }
}
