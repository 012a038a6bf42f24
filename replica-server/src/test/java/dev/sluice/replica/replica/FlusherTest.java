package dev.sluice.replica.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.log.SegmentedMutationLog;
import dev.sluice.replica.mutation.Change;
import dev.sluice.replica.mutation.Mutation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class FlusherTest {
    private static final Path DIRECTORY = Path.of("/replica");

    private final VirtualTime time = new VirtualTime();
    private final CrashableFileSystem files = new CrashableFileSystem();
    /** Counted, not written. */
    private static final byte[] MIB = new byte[1 << 20];

    private final List<Long> durable = new ArrayList<>();

    /** B.1: what a publish has staged is deleted once it is durable; a flush that failed once must not keep it for ever. */
    @Test
    void whatIsWantedDurableIsFlushedUntilItIs() throws Exception {
        files.createDirectories(DIRECTORY);
        AtomicInteger flushes = new AtomicInteger();
        InMemoryEngineFactory engines = new InMemoryEngineFactory(files, path -> List.of());
        engines.setCrashPoint(step -> {
            if (step == InMemoryEngineFactory.Step.BEFORE_FLUSH && flushes.incrementAndGet() < 3) {
                throw new EngineException("the disk is busy");
            }
        });
        try (Engine engine = engines.open(DIRECTORY.resolve("engine"));
                MutationLog log =
                        SegmentedMutationLog.open(files, DIRECTORY.resolve("log"), LogOptions.DEFAULT, Runnable::run)) {
            Flusher flusher = new Flusher(
                    ReplicasTest.services(files, engines, time, time::execute, host -> {
                        throw new IllegalStateException("no load");
                    }),
                    new Gpid(1, 0),
                    time,
                    log,
                    durable::add,
                    broken -> {
                        throw new IllegalStateException("a busy disk is neither damage nor a failure", broken);
                    },
                    () -> Long.MAX_VALUE);
            engine.apply(1, List.of());
            flusher.flushSoon(1);
            for (int tick = 0; tick < 100; tick++) {
                flusher.onTick(engine);
                time.advance(100);
            }
            assertThat(durable).containsExactly(1L);
            assertThat(flushes).hasValue(3);
            // What took the engine's place stands behind it.
            flusher.onInstalled(0);
            flusher.flushSoon(1);
            flusher.onTick(engine);
            time.advance(100);
            assertThat(flushes).hasValue(4);
        }
    }

    /** What a learner is taught from stays in the log, but not for ever. */
    @Test
    void theLogIsKeptForALearnerUntilItIsTooMuch() throws Exception {
        files.createDirectories(DIRECTORY);
        InMemoryEngineFactory engines = new InMemoryEngineFactory(files, path -> List.of());
        LogOptions small = LogOptions.DEFAULT.withSegmentBytesMax(400);
        try (Engine engine = engines.open(DIRECTORY.resolve("engine"));
                MutationLog log = SegmentedMutationLog.open(files, DIRECTORY.resolve("log"), small, Runnable::run)) {
            long[] needed = {3};
            Flusher flusher = new Flusher(
                    ReplicasTest.services(files, engines, time, time::execute, host -> {
                        throw new IllegalStateException("no load");
                    }),
                    new Gpid(1, 0),
                    time,
                    log,
                    durable::add,
                    broken -> {},
                    () -> needed[0]);
            long decree = 0;
            while (decree < 600) {
                decree = appendMiB(flusher, log, engine, decree);
            }
            assertThat(log.firstDecree()).as("the learner still reads there").isLessThanOrEqualTo(3);
            while (decree < 1_600) {
                decree = appendMiB(flusher, log, engine, decree);
            }
            assertThat(log.firstDecree())
                    .as("four times the reserve is too much")
                    .isGreaterThan(600);
            long before = log.firstDecree();
            needed[0] = Long.MAX_VALUE;
            for (int i = 0; i < 10; i++) {
                decree = appendMiB(flusher, log, engine, decree);
            }
            assertThat(log.firstDecree()).isGreaterThan(before);
        }
    }

    private long appendMiB(Flusher flusher, MutationLog log, Engine engine, long last) {
        Mutation mutation = new Mutation(last + 1, new Ballot(1), last + 1, new Change.Nothing());
        Mutation counted = new Mutation(
                last + 1, new Ballot(1), last + 1, new Change.Rows(List.of(new Change.RowChange(new byte[] {1}, MIB))));
        log.append(List.of(mutation), false, new MutationLog.Completion() {
            @Override
            public void onWritten() {}

            @Override
            public void onFailed(LogException error) {
                throw error;
            }
        });
        engine.apply(last + 1, List.of());
        flusher.onAppended(counted);
        flusher.flushSoon(last + 1);
        flusher.onTick(engine);
        time.advance(100);
        return last + 1;
    }
}
