package dev.sluice.replica.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.log.SegmentedMutationLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class FlusherTest {
    private static final Path DIRECTORY = Path.of("/replica");

    private final VirtualTime time = new VirtualTime();
    private final CrashableFileSystem files = new CrashableFileSystem();
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
                    durable::add);
            engine.apply(1, List.of());
            flusher.flushSoon(1);
            for (int tick = 0; tick < 100; tick++) {
                flusher.onTick(engine);
                time.advance(100);
            }
            assertThat(durable).containsExactly(1L);
            assertThat(flushes).hasValue(3);
        }
    }
}
