package dev.sluice.common.fault;

import dev.sluice.common.command.RemoteCommands;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fault points of one server. What is held at one waits there until it is released, and does nothing else wrong.
 *
 * <p>An event loop must not block: it asks {@link #isHeld} each time, leaves the step undone, and asks again when {@link
 * #onRelease} tells it to. Nothing is held unless the configuration allows fault points. Safe for use by any thread.
 */
public final class FaultPoints {
    private static final Logger LOG = LoggerFactory.getLogger(FaultPoints.class);
    private static final String HOLD = "hold";
    private static final String RELEASE = "release";

    private final Set<String> names;
    private final boolean allowed;
    private final Set<String> held = new ConcurrentSkipListSet<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private FaultPoints(Collection<String> names, boolean allowed) {
        this.names = new TreeSet<>(names);
        this.allowed = allowed;
    }

    /** Points by these names. If they are not allowed, every try to hold one is refused. */
    public static FaultPoints of(Collection<String> names, boolean allowed) {
        return new FaultPoints(names, allowed);
    }

    /** No points. */
    public static FaultPoints none() {
        return new FaultPoints(List.of(), false);
    }

    /** True while the step behind that point is not to be taken. */
    public boolean isHeld(String name) {
        return held.contains(name);
    }

    /** Tells when a point was released; on the thread that released it. */
    public void onRelease(Runnable listener) {
        listeners.add(listener);
    }

    /** Holds what comes to that point. Throws if there is none by that name, or fault points are not allowed. */
    public void hold(String name) {
        require(name);
        held.add(name);
        LOG.warn("Fault point {}: what comes here is held", name);
    }

    /** Lets go what is held there. Throws as {@link #hold} does. */
    public void release(String name) {
        require(name);
        if (held.remove(name)) {
            LOG.warn("Fault point {}: released", name);
            listeners.forEach(Runnable::run);
        }
    }

    private void require(String name) {
        if (!allowed) {
            throw new IllegalArgumentException(
                    "fault points are off; they are for tests and drills, and allow_fault_points = true in the"
                            + " configuration turns them on");
        }
        if (!names.contains(name)) {
            throw new IllegalArgumentException("no fault point '" + name + "', expected one of " + names);
        }
    }

    /** Adds the command that lists, holds and releases them. */
    public void registerCommand(RemoteCommands commands, String command) {
        commands.register(
                command,
                "[NAME hold | NAME release] - list the points at which this server can be held, hold what comes to one,"
                        + " let it go; refused unless allow_fault_points is set.",
                this::answer);
    }

    private String answer(List<String> arguments) {
        if (arguments.size() == 2 && arguments.get(1).equals(HOLD)) {
            return RemoteCommands.answering(() -> hold(arguments.get(0)));
        }
        if (arguments.size() == 2 && arguments.get(1).equals(RELEASE)) {
            return RemoteCommands.answering(() -> release(arguments.get(0)));
        }
        if (!arguments.isEmpty()) {
            return RemoteCommands.error("ERR: invalid arguments '" + String.join(" ", arguments)
                    + "', expected none, or NAME hold, or NAME release");
        }
        Map<String, Object> all = new TreeMap<>();
        names.forEach(name -> all.put(name, isHeld(name) ? "held" : "passes"));
        return RemoteCommands.answer(all);
    }
}
