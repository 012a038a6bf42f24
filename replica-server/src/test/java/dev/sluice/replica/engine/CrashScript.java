package dev.sluice.replica.engine;

import static dev.sluice.replica.engine.EngineContract.publish;
import static dev.sluice.replica.engine.EngineContract.put;
import static dev.sluice.replica.engine.EngineContract.remove;
import static dev.sluice.replica.engine.EngineContract.replacement;
import static dev.sluice.replica.engine.EngineContract.rollback;

import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.mutation.Change;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A life of an engine with every durable step in it, which ends at a given one. Run again after a crash it goes on where
 * the engine stands, as the replay of a log does.
 */
final class CrashScript {
    /** Load 7 publishes these two, load 8 nothing. */
    static final List<SortedMap<String, String>> STAGED =
            List.of(new TreeMap<>(Map.of("a", "loaded", "b", "loaded")), new TreeMap<>(Map.of("x", "loaded")));

    private static final List<Change> LOG = List.of(
            new Rows(List.of(put("a", "1"), put("z", "1"))),
            new Rows(List.of(put("b", "2"), put("c", "2"))),
            new Rows(List.of(put("a", "3"))),
            publish(7),
            new Rows(List.of(put("d", "5"), remove("x"))),
            publish(8),
            new Rows(List.of(put("b", "7"))),
            replacement(9),
            new Rows(List.of(put("b", "9"))),
            rollback(10, 0));

    private final FileSystem files;
    private final Path directory;
    private final int stepsMax;
    private final Runnable crash;
    private final List<String> steps = new ArrayList<>();

    /** The process would end here. */
    static final class CrashException extends RuntimeException {}

    /** What an engine holds. */
    record Found(
            long decree,
            long publishedLoadId,
            List<Engine.GenerationInfo> generations,
            SortedMap<String, String> rows) {
        static Found in(Engine engine) {
            return new Found(
                    engine.appliedDecree(),
                    engine.publishedLoadId(),
                    engine.generations(),
                    EngineContract.rows(engine));
        }
    }

    /** A life that no process ends with: the crash is an exception. */
    CrashScript(FileSystem files, Path directory, int stepsMax) {
        this(files, directory, stepsMax, () -> {
            throw new CrashException();
        });
    }

    /**
     * @param stepsMax the crash comes at the step after so many
     * @param crash what ends this life; does not return
     */
    CrashScript(FileSystem files, Path directory, int stepsMax, Runnable crash) {
        this.files = files;
        this.directory = directory;
        this.stepsMax = stepsMax;
        this.crash = crash;
    }

    /** Steps taken, by name. */
    List<String> steps() {
        return steps;
    }

    void reached(String step) {
        if (steps.size() == stepsMax) {
            crash.run();
        }
        steps.add(step);
    }

    /** Runs it all; a crash comes out as an exception and leaves the engine open. */
    Engine run(EngineFactory factory) {
        Engine engine = factory.open(directory.resolve("engine"));
        long begin = engine.appliedDecree();
        for (long decree = begin + 1; decree <= LOG.size(); decree++) {
            if (begin == 0 && decree == 3) {
                engine.preparePublish(publish(7), staged(7));
            }
            if (begin == 0 && decree == 8) {
                engine.preparePublish(replacement(9), staged(9));
            }
            apply(engine, decree);
            if (begin == 0 && (decree == 1 || decree == 5)) {
                engine.flush();
            }
            if (begin == 0 && decree == 6) {
                engine.checkpoint(directory.resolve("checkpoint"));
                install();
            }
        }
        // A family is dropped at once, and what survives a crash must not need it.
        engine.dropGeneration(9);
        return engine;
    }

    private void apply(Engine engine, long decree) {
        Change change = LOG.get((int) decree - 1);
        if (change instanceof Publish publish) {
            engine.publish(decree, publish, staged(publish.loadId()));
        } else if (change instanceof Rows rows) {
            engine.apply(decree, List.<RowChange>copyOf(rows.rows()));
        }
    }

    private List<Path> staged(long loadId) {
        return loadId == 7 || loadId == 9 ? List.of(stagedFile(directory, 0), stagedFile(directory, 1)) : List.of();
    }

    static Path stagedFile(Path directory, int number) {
        return directory.resolve("staged-" + number + ".sst");
    }

    private void install() {
        try {
            reached("BEFORE_RENAME");
            files.rename(directory.resolve("checkpoint"), directory.resolve("installed"));
            files.syncDirectory(directory);
            reached("RENAMED");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
