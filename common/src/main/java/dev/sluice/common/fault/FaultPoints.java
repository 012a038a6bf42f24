package dev.sluice.common.fault;

import dev.sluice.common.command.RemoteCommands;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fault points of one server. At a point that is set to halt, the process ends as by kill -9; at one that is set to hold,
 * work waits until it is released, and does nothing else wrong. Which of the two a point can do is up to the server.
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

    /** What a point does when it is set. */
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

    private final Set<String> halting;
    private final Set<String> holding;
    private final boolean allowed;
    private final Consumer<String> halt;
    private final Map<String, Action> set = new ConcurrentSkipListMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private FaultPoints(
            Collection<String> halting, Collection<String> holding, boolean allowed, Consumer<String> halt) {
        this.halting = new TreeSet<>(halting);
        this.holding = new TreeSet<>(holding);
        this.allowed = allowed;
        this.halt = halt;
    }

    /**
     * The points of a server.
     *
     * @param halting names of those at which the process can be made to halt
     * @param holding names of those at which work can be held; may be among the others too
     * @param allowed if false, none can be set
     */
    public static FaultPoints of(Collection<String> halting, Collection<String> holding, boolean allowed) {
        return of(halting, holding, allowed, name -> Runtime.getRuntime().halt(HALTED));
    }

    /** As {@link #of(Collection, Collection, boolean)}, with what is told the name of the point where the process would halt. */
    public static FaultPoints of(
            Collection<String> halting, Collection<String> holding, boolean allowed, Consumer<String> halt) {
        return new FaultPoints(halting, holding, allowed, halt);
    }

    /** No points. */
    public static FaultPoints none() {
        return of(List.of(), List.of(), false);
    }

    /** False if none can be set. */
    public boolean isAllowed() {
        return allowed;
    }

    /** True while the step behind that point is not to be taken. */
    public boolean isHeld(String name) {
        return set.get(name) == Action.HOLD;
    }

    /** The server's work has come to that point: the process ends here, as by kill -9, if that was asked for. */
    public void reached(String name) {
        if (set.get(name) == Action.HALT) {
            LOG.warn("Fault point {}: the process halts", name);
            halt.accept(name);
        }
    }

    /** Ends the process when its work comes to that point. Throws as {@link #hold} does. */
    public void halt(String name) {
        require(name, Action.HALT);
        Action before = set.put(name, Action.HALT);
        LOG.warn("Fault point {}: the process will halt here", name);
        if (before == Action.HOLD) {
            listeners.forEach(Runnable::run); // what is held comes to the point again
        }
    }

    /** Tells when what was held goes on, released or to its halt; on the thread that said so. */
    public void onRelease(Runnable listener) {
        listeners.add(listener);
    }

    /** Holds what comes to that point. Throws {@link IllegalArgumentException} if there is none by that name, if that one
     * cannot do it, or if they are not allowed. */
    public void hold(String name) {
        require(name, Action.HOLD);
        set.put(name, Action.HOLD);
        LOG.warn("Fault point {}: what comes here is held", name);
    }

    /** Takes back what was set there, and lets go what is held. Throws as {@link #hold} does. */
    public void release(String name) {
        requireKnown(name);
        if (set.remove(name) != null) {
            LOG.warn("Fault point {}: work passes again", name);
            listeners.forEach(Runnable::run);
        }
    }

    private void requireKnown(String name) {
        if (!allowed) {
            throw new IllegalArgumentException(
                    "fault points are off; they are for tests and drills, and allow_fault_points = true in the"
                            + " configuration turns them on");
        }
        if (!names().contains(name)) {
            throw new IllegalArgumentException("no fault point '" + name + "', expected one of " + names());
        }
    }

    private void require(String name, Action wanted) {
        requireKnown(name);
        Set<String> able = wanted == Action.HALT ? halting : holding;
        if (!able.contains(name)) {
            throw new IllegalArgumentException("fault point '" + name + "' cannot " + wanted.word + ", "
                    + (able.isEmpty() ? "no point of this server can" : "those that can are " + able));
        }
    }

    private SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(halting);
        names.addAll(holding);
        return names;
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        if (!halting.isEmpty()) {
            words.add(HALT);
        }
        if (!holding.isEmpty()) {
            words.add(HOLD);
        }
        words.add(RELEASE);
        return words;
    }

    /** Adds the command that lists, sets and releases them. */
    public void registerCommand(RemoteCommands commands, String command) {
        commands.register(
                command,
                "[NAME " + String.join("|", words())
                        + "] - list the points at which this server can be made to end or its"
                        + " work be held, set one, take it back; refused unless allow_fault_points is set.",
                this::answer);
    }

    private String answer(List<String> arguments) {
        if (arguments.isEmpty()) {
            Map<String, Object> all = new TreeMap<>();
            names().forEach(name -> all.put(name, state(name)));
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
                + "', expected none, or NAME " + String.join("|", words()));
    }

    private String state(String name) {
        Action action = set.get(name);
        return action == null ? "passes" : action.state;
    }
}
