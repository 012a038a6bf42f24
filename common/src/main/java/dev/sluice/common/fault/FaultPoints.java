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
 * The fault points of one server. A server has points of one kind: at those that hold, work waits until it is released, and
 * does nothing else wrong; at those that halt, the process ends as by kill -9.
 *
 * <p>An event loop must not block: it asks {@link #isHeld} each time, leaves the step undone, and asks again when {@link
 * #onRelease} tells it to. Nothing is held or halts unless the configuration allows fault points. Safe for use by any thread.
 */
public final class FaultPoints {
    private static final Logger LOG = LoggerFactory.getLogger(FaultPoints.class);
    private static final String HOLD = "hold";
    private static final String HALT = "halt";
    private static final String RELEASE = "release";
    /** As of a process that was killed by signal 9. */
    private static final int HALTED = 137;

    /** What the points of a server do when they are set. */
    private enum Action {
        HOLD(FaultPoints.HOLD, "held"),
        HALT(FaultPoints.HALT, "halts");

        private final String word;
        private final String state;

        Action(String word, String state) {
            this.word = word;
            this.state = state;
        }
    }

    private final Set<String> names;
    private final boolean allowed;
    private final Action action;
    private final Runnable halt;
    private final Set<String> set = new ConcurrentSkipListSet<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private FaultPoints(Collection<String> names, boolean allowed, Action action, Runnable halt) {
        this.names = new TreeSet<>(names);
        this.allowed = allowed;
        this.action = action;
        this.halt = halt;
    }

    /** Points by these names at which work can be held. If they are not allowed, none can be set. */
    public static FaultPoints holding(Collection<String> names, boolean allowed) {
        return new FaultPoints(names, allowed, Action.HOLD, () -> {});
    }

    /** Points by these names at which the process can be made to halt. If they are not allowed, none can be set. */
    public static FaultPoints halting(Collection<String> names, boolean allowed) {
        return halting(names, allowed, () -> Runtime.getRuntime().halt(HALTED));
    }

    static FaultPoints halting(Collection<String> names, boolean allowed, Runnable halt) {
        return new FaultPoints(names, allowed, Action.HALT, halt);
    }

    /** No points. */
    public static FaultPoints none() {
        return holding(List.of(), false);
    }

    /** False if none can be set. */
    public boolean isAllowed() {
        return allowed;
    }

    /** True while the step behind that point is not to be taken. */
    public boolean isHeld(String name) {
        return action == Action.HOLD && set.contains(name);
    }

    /** The server's work has come to that point: the process ends here, as by kill -9, if that was asked for. */
    public void reached(String name) {
        if (action == Action.HALT && set.contains(name)) {
            LOG.warn("Fault point {}: the process halts", name);
            halt.run();
        }
    }

    /** Ends the process when its work comes to that point. Throws as {@link #hold} does. */
    public void halt(String name) {
        require(name, Action.HALT);
        set.add(name);
        LOG.warn("Fault point {}: the process will halt here", name);
    }

    /** Tells when a point was released; on the thread that released it. */
    public void onRelease(Runnable listener) {
        listeners.add(listener);
    }

    /** Holds what comes to that point. Throws {@link IllegalArgumentException} if there is none by that name, if the
     * server's points do not hold, or if they are not allowed. */
    public void hold(String name) {
        require(name, Action.HOLD);
        set.add(name);
        LOG.warn("Fault point {}: what comes here is held", name);
    }

    /** Lets go what is held there. Throws as {@link #hold} does. */
    public void release(String name) {
        require(name, action);
        if (set.remove(name)) {
            LOG.warn("Fault point {}: work passes again", name);
            listeners.forEach(Runnable::run);
        }
    }

    private void require(String name, Action wanted) {
        if (!allowed) {
            throw new IllegalArgumentException(
                    "fault points are off; they are for tests and drills, and allow_fault_points = true in the"
                            + " configuration turns them on");
        }
        if (!names.contains(name)) {
            throw new IllegalArgumentException("no fault point '" + name + "', expected one of " + names);
        }
        if (wanted != action) {
            throw new IllegalArgumentException(
                    "the fault points of this server " + action.word + ", they cannot " + wanted.word);
        }
    }

    /** Adds the command that lists, sets and releases them. */
    public void registerCommand(RemoteCommands commands, String command) {
        commands.register(
                command,
                "[NAME " + action.word + " | NAME release] - list the points at which this server can be made to "
                        + action.word + ", set one, take it back; refused unless allow_fault_points is set.",
                this::answer);
    }

    private String answer(List<String> arguments) {
        if (arguments.isEmpty()) {
            Map<String, Object> all = new TreeMap<>();
            names.forEach(name -> all.put(name, set.contains(name) ? action.state : "passes"));
            return RemoteCommands.answer(all);
        }
        if (arguments.size() == 2) {
            String name = arguments.get(0);
            switch (arguments.get(1)) {
                case HOLD -> {
                    return RemoteCommands.answering(() -> hold(name));
                }
                case HALT -> {
                    return RemoteCommands.answering(() -> halt(name));
                }
                case RELEASE -> {
                    return RemoteCommands.answering(() -> release(name));
                }
                default -> {}
            }
        }
        return RemoteCommands.error("ERR: invalid arguments '" + String.join(" ", arguments)
                + "', expected none, or NAME " + action.word + ", or NAME " + RELEASE);
    }
}
