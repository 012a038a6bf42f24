package dev.sluice.integration.simulation;

import dev.sluice.common.time.Clock;
import dev.sluice.common.time.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

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
        late.forEach(task -> world.time().execute(() -> run(task)));
    }

    /** On some thread of this process, soon. */
    @Override
    public void execute(Runnable task) {
        world.time().execute(() -> run(task));
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
        return task -> world.time().schedule(chance.nextInt(latencyMsMax + 1), () -> run(task));
    }

    /** One thread: each task takes its time, one after the other. */
    Executor thread(Chance chance, int latencyMsMax) {
        return new Executor() {
            private long busyUntilMs;

            @Override
            public void execute(Runnable task) {
                busyUntilMs = Math.max(busyUntilMs, world.nowMs()) + chance.nextInt(latencyMsMax + 1);
                world.time().schedule(busyUntilMs - world.nowMs(), () -> run(task));
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
            world.time().execute(() -> SimulatedProcess.this.run(() -> turn(task)));
        }

        @Override
        public Timer schedule(long delayMs, Runnable task) {
            long realMs = (long) Math.ceil(Math.max(0, delayMs) / clock.rate());
            boolean[] cancelled = new boolean[1];
            Timer timer = world.time()
                    .schedule(
                            realMs,
                            () -> SimulatedProcess.this.run(() -> {
                                if (!cancelled[0]) {
                                    turn(task);
                                }
                            }));
            return () -> {
                cancelled[0] = true;
                timer.cancel();
            };
        }

        private void turn(Runnable task) {
            boolean before = running;
            running = true;
            try {
                task.run();
            } finally {
                running = before;
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
