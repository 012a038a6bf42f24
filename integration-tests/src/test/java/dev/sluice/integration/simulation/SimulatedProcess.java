package dev.sluice.integration.simulation;

import dev.sluice.common.time.Clock;
import dev.sluice.common.time.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One run of a program: its threads, its clocks, and whether it runs at all. */
final class SimulatedProcess implements Executor, Clock {
    private final World world;
    private final String name;
    private final ClockOfMachine clock;
    private final List<Runnable> heldBack = new ArrayList<>();
    private Runnable afterTask = () -> {};
    private boolean alive = true;
    private boolean paused;

    /**
     * What a machine's clocks show.
     *
     * @param rate how fast they go
     */
    record ClockOfMachine(long originMs, double rate, long wallSkewMs) {}

    SimulatedProcess(World world, String name, ClockOfMachine clock) {
        this.world = world;
        this.name = name;
        this.clock = clock;
    }

    /** Runs after every task of this process. */
    void onTask(Runnable check) {
        afterTask = check;
    }

    void afterTask() {
        if (alive && !world.hasFailed()) {
            try {
                afterTask.run();
            } catch (RuntimeException | AssertionError e) {
                world.failed(e);
            }
        }
    }

    boolean isAlive() {
        return alive;
    }

    boolean isPaused() {
        return paused;
    }

    boolean isRunning() {
        return alive && !paused;
    }

    void kill() {
        alive = false;
        heldBack.clear();
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        List<Runnable> late = List.copyOf(heldBack);
        heldBack.clear();
        late.forEach(this::execute);
    }

    /** On some thread of this process, soon. */
    @Override
    public void execute(Runnable task) {
        world.time().execute(new Arrival(task));
    }

    /** A task on its way to a thread. A class, for there are millions: the compiler of tests makes lambdas slowly. */
    private final class Arrival implements Runnable {
        private final Runnable task;

        private Arrival(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            SimulatedProcess.this.run(task);
        }
    }

    /** Now, unless the process is dead, or paused: then later. */
    void run(Runnable task) {
        if (!alive) {
            return;
        }
        if (paused) {
            heldBack.add(task);
            return;
        }
        world.enter(this, task);
    }

    /** Threads of a pool: each task takes its time. */
    Executor pool(Chance chance, int latencyMsMax) {
        return task -> world.time().schedule(chance.nextInt(latencyMsMax + 1), new Arrival(task));
    }

    /** One thread: each task takes its time, one after the other. */
    Executor thread(Chance chance, int latencyMsMax) {
        return new Executor() {
            private long busyUntilMs;

            @Override
            public void execute(Runnable task) {
                busyUntilMs = Math.max(busyUntilMs, world.nowMs()) + chance.nextInt(latencyMsMax + 1);
                world.time().schedule(busyUntilMs - world.nowMs(), new Arrival(task));
            }
        };
    }

    EventLoop loop() {
        return new Loop();
    }

    @Override
    public long nowMs() {
        return clock.originMs() + (long) (world.nowMs() * clock.rate());
    }

    @Override
    public long wallMs() {
        return world.time().wallMs() + clock.wallSkewMs();
    }

    @Override
    public String toString() {
        return name;
    }

    /** One thread that owns state. */
    private final class Loop implements EventLoop {
        private boolean running;

        @Override
        public void execute(Runnable task) {
            SimulatedProcess.this.execute(new Turn(task));
        }

        @Override
        public Timer schedule(long delayMs, Runnable task) {
            long realMs = (long) Math.ceil(Math.max(0, delayMs) / clock.rate());
            Turn turn = new Turn(task);
            turn.timer = world.time().schedule(realMs, new Arrival(turn));
            return turn;
        }

        /** A task of the loop; one that is held back by a pause can still be cancelled. */
        private final class Turn implements Runnable, Timer {
            private final Runnable task;
            private @Nullable Timer timer;
            private boolean cancelled;

            private Turn(Runnable task) {
                this.task = task;
            }

            @Override
            public void run() {
                if (cancelled) {
                    return;
                }
                boolean before = running;
                running = true;
                try {
                    task.run();
                } finally {
                    running = before;
                }
            }

            @Override
            public void cancel() {
                cancelled = true;
                if (timer != null) {
                    timer.cancel();
                }
            }
        }

        @Override
        public boolean inLoop() {
            return running;
        }

        @Override
        public long nowMs() {
            return SimulatedProcess.this.nowMs();
        }

        @Override
        public long wallMs() {
            return SimulatedProcess.this.wallMs();
        }
    }
}
