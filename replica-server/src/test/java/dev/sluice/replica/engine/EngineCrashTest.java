package dev.sluice.replica.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.replica.engine.CrashScript.CrashException;
import dev.sluice.replica.engine.CrashScript.Found;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B.9, B.10: whatever step a process dies at, the engine that is opened afterwards is what the twin says, and the replay of
 * the log takes it to the same end.
 */
final class EngineCrashTest {
    private static final Path TWIN = Path.of("/replica");

    // Processes at a time: one a core on the smallest machines.
    private static final int CHILDREN_MAX = 2;

    @TempDir
    Path parent;

    @Test
    void whatAReopenFindsAfterAnyStepIsWhatTheTwinSays() throws Exception {
        Path whole = Files.createDirectories(parent.resolve("whole"));
        EngineCrashChild.stage(whole);
        CrashScript uncrashed = new CrashScript(new LocalFileSystem(), whole, Integer.MAX_VALUE);
        Found end;
        try (RocksEngineFactory factory =
                        new RocksEngineFactory(EngineOptions.DEFAULT, step -> uncrashed.reached(step.name()));
                Engine engine = uncrashed.run(factory)) {
            end = Found.in(engine);
        }
        assertThat(end.rows())
                .containsEntry("a", "loaded")
                .containsEntry("b", "7")
                .doesNotContainKey("x");
        assertThat(end.generations()).containsExactly(new Engine.GenerationInfo(0, true, 0));
        assertThat(uncrashed.steps()).contains("FLUSHED", "LINKED", "INGESTED", "TOKEN_WRITTEN", "RENAMED");

        int steps = uncrashed.steps().size();
        haltAtEach(steps);
        try (RocksEngineFactory factory = new RocksEngineFactory(EngineOptions.DEFAULT)) {
            for (int step = 0; step < steps; step++) {
                String crash =
                        "crash at step " + step + ", " + uncrashed.steps().get(step);
                Path directory = parent.resolve(Integer.toString(step));
                Twin twin = new Twin(step);
                assertThat(twin.steps).as(crash).isEqualTo(uncrashed.steps().subList(0, step));
                try (Engine engine = factory.open(directory.resolve("engine"))) {
                    assertThat(Found.in(engine)).as(crash).isEqualTo(twin.found);
                }
                CrashScript replay = new CrashScript(new LocalFileSystem(), directory, Integer.MAX_VALUE);
                boolean installed = Files.exists(directory.resolve("installed"));
                assertThat(installed).as(crash).isEqualTo(twin.installed);
                if (installed) {
                    try (Engine copy = factory.open(directory.resolve("installed"))) {
                        assertThat(copy.appliedDecree()).as(crash).isEqualTo(6);
                        assertThat(copy.publishedLoadId()).as(crash).isEqualTo(8);
                    }
                }
                new LocalFileSystem().deleteTree(directory.resolve("checkpoint"));
                new LocalFileSystem().deleteTree(directory.resolve("installed"));
                try (Engine engine = replay.run(factory)) {
                    assertThat(Found.in(engine)).as(crash).isEqualTo(end);
                }
                assertThat(twin.replayed).as(crash).isEqualTo(end);
            }
        }
    }

    private void haltAtEach(int steps) throws IOException, InterruptedException {
        List<Process> children = new ArrayList<>();
        try {
            for (int step = 0; step < steps; step++) {
                if (step >= CHILDREN_MAX) {
                    awaitHalt(children.get(step - CHILDREN_MAX), step - CHILDREN_MAX);
                }
                children.add(startChild(step));
            }
            for (int step = 0; step < steps; step++) {
                awaitHalt(children.get(step), step);
            }
        } finally {
            children.forEach(Process::destroyForcibly);
        }
    }

    private Process startChild(int step) throws IOException {
        Path directory = Files.createDirectories(parent.resolve(Integer.toString(step)));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + parent,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EngineCrashChild.class.getName(),
                        directory.toString(),
                        Integer.toString(step))
                .redirectErrorStream(true)
                .redirectOutput(output(step).toFile())
                .start();
    }

    private void awaitHalt(Process child, int step) throws IOException, InterruptedException {
        boolean ended = child.waitFor(60, TimeUnit.SECONDS);
        String output = "child of step " + step + ": " + Files.readString(output(step));
        assertThat(ended).as(output).isTrue();
        assertThat(child.exitValue()).as(output).isEqualTo(EngineCrashChild.EXIT_CODE);
    }

    private Path output(int step) {
        return parent.resolve(step + ".out");
    }

    /** The twin's life up to the same step. */
    private static final class Twin {
        final List<String> steps;
        final Found found;
        final boolean installed;
        final Found replayed;

        Twin(int step) throws IOException {
            CrashableFileSystem files = new CrashableFileSystem();
            files.createDirectories(TWIN);
            files.syncDirectory(Path.of("/"));
            for (int i = 0; i < CrashScript.STAGED.size(); i++) {
                files.create(CrashScript.stagedFile(TWIN, i)).close();
            }
            files.syncDirectory(TWIN);
            CrashScript script = new CrashScript(files, TWIN, step);
            InMemoryEngineFactory factory = factory(files);
            factory.setCrashPoint(name -> script.reached(name.name()));
            try {
                script.run(factory);
                throw new AssertionError("step " + step + " never came");
            } catch (CrashException e) {
                steps = script.steps();
            }
            files.crash();
            try (Engine engine = factory(files).open(TWIN.resolve("engine"))) {
                found = Found.in(engine);
            }
            installed = files.exists(TWIN.resolve("installed"));
            files.deleteTree(TWIN.resolve("checkpoint"));
            files.deleteTree(TWIN.resolve("installed"));
            try (Engine engine = new CrashScript(files, TWIN, Integer.MAX_VALUE).run(factory(files))) {
                replayed = Found.in(engine);
            }
        }

        private static InMemoryEngineFactory factory(FileSystem files) {
            return new InMemoryEngineFactory(files, Twin::rows);
        }

        private static List<RowChange> rows(Path staged) {
            return EngineContract.changes(
                    CrashScript.STAGED.get(staged.equals(CrashScript.stagedFile(TWIN, 0)) ? 0 : 1));
        }
    }
}
