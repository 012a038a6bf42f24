package dev.sluice.replica.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** B.3, B.10: random lives of an engine, crashes included; the replay of the log ends at what a naive model holds. */
final class EnginePropertyTest {
    enum Kind {
        PUT,
        REMOVE,
        PUBLISH,
        PUBLISH_AGAIN,
        PREPARE,
        REPLACE,
        REPLACE_PREPARED,
        ROLLBACK,
        DROP,
        FLUSH,
        COMPACT,
        CRASH
    }

    /** One step, on the rows from a key on. */
    record Action(Kind kind, int key, int rows) {}

    @Provide
    Arbitrary<List<Action>> lives() {
        return Combinators.combine(
                        Arbitraries.of(Kind.class),
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.integers().between(0, 3))
                .as(Action::new)
                .list()
                .ofMinSize(3)
                .ofMaxSize(40);
    }

    @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
    void theTwinEndsWhereItsModelEnds(@ForAll("lives") List<Action> life) throws IOException {
        CrashableFileSystem files = new CrashableFileSystem();
        Path directory = Path.of("/replica");
        files.createDirectories(directory);
        files.syncDirectory(Path.of("/"));
        Map<Path, List<RowChange>> staged = new HashMap<>();
        EngineFactory factory =
                new InMemoryEngineFactory(files, path -> List.copyOf(staged.getOrDefault(path, List.of())));
        new Life(factory, directory) {
            @Override
            void stage(Path path, List<RowChange> rows) throws IOException {
                staged.put(path, rows);
                files.create(path).close();
                files.syncDirectory(directory);
            }

            @Override
            void crash() {
                engine.close();
                files.crash();
            }
        }.live(life);
    }

    @Property(tries = 15, shrinking = ShrinkingMode.BOUNDED)
    void theRealEngineEndsWhereItsModelEnds(@ForAll("lives") List<Action> life) throws IOException {
        Path directory = Files.createTempDirectory("engine-property");
        FileSystem files = new LocalFileSystem();
        try (RocksEngineFactory factory = new RocksEngineFactory(EngineOptions.DEFAULT)) {
            new Life(factory, directory) {
                @Override
                void stage(Path path, List<RowChange> rows) {
                    Ssts.write(path, rows);
                }

                @Override
                void crash() {
                    // Does not flush: what was not durable is lost.
                    engine.close();
                }
            }.live(life);
        } finally {
            files.deleteTree(directory);
        }
    }

    /** An engine, the log that it is replayed from, and the rows that it should hold. */
    private abstract static class Life {
        private final EngineFactory factory;
        private final Path directory;
        private final List<Entry> log = new ArrayList<>();
        /** The rows of every generation that is kept. */
        private final TreeMap<Long, TreeMap<String, String>> generations = new TreeMap<>();

        private TreeMap<String, String> model = new TreeMap<>();
        private long current;
        private long loads;
        private long flushed;
        private CompactionMark compaction = CompactionMark.NONE;
        Engine engine;

        /** Rows, or a load and its files. */
        private record Entry(@Nullable Publish load, List<RowChange> rows, List<Path> staged) {}

        Life(EngineFactory factory, Path directory) {
            this.factory = factory;
            this.directory = directory;
            generations.put(0L, model);
            engine = factory.open(directory.resolve("engine"));
        }

        abstract void stage(Path path, List<RowChange> rows) throws IOException;

        abstract void crash();

        void live(List<Action> life) throws IOException {
            for (Action action : life) {
                step(action);
            }
            assertThat(EngineContract.rows(engine)).isEqualTo(model);
            crash();
            reopen();
            engine.close();
        }

        private void step(Action action) throws IOException {
            switch (action.kind()) {
                case PUT -> append(new Entry(null, rows(action, true), List.of()));
                case REMOVE -> append(new Entry(null, rows(action, false), List.of()));
                case PUBLISH -> append(newLoad(action, LoadMode.MERGE));
                case PUBLISH_AGAIN ->
                    log.stream()
                            .filter(entry -> entry.load() != null)
                            .findFirst()
                            .ifPresent(this::appendAgain);
                case REPLACE -> append(newLoad(action, LoadMode.REPLACE));
                case ROLLBACK -> {
                    loads++;
                    long target = generation(action);
                    append(new Entry(EngineContract.rollback(loads, target), List.of(), List.of()));
                }
                case DROP -> {
                    long target = generation(action);
                    boolean isCurrent = target == current;
                    assertThat(engine.dropGeneration(target)).isEqualTo(!isCurrent);
                    if (!isCurrent) {
                        generations.remove(target);
                    }
                }
                case PREPARE, REPLACE_PREPARED -> {
                    Entry load = newLoad(action, action.kind() == Kind.PREPARE ? LoadMode.MERGE : LoadMode.REPLACE);
                    engine.preparePublish(Objects.requireNonNull(load.load()), load.staged());
                    flushed = log.size();
                    append(new Entry(null, rows(action, true), List.of()));
                    append(load);
                }
                case FLUSH -> {
                    assertThat(engine.flush()).isEqualTo(log.size());
                    flushed = log.size();
                }
                case COMPACT -> {
                    engine.compact(action.rows() == 0 ? Engine.ANY_LEVEL : action.rows(), action.key() % 2 == 0);
                    compaction = new CompactionMark(compaction.trigger() + 1, log.size());
                    engine.noteCompaction(compaction);
                    flushed = log.size();
                }
                case CRASH -> {
                    crash();
                    reopen();
                }
            }
        }

        /** One of those that are kept. */
        private long generation(Action action) {
            List<Long> ids = List.copyOf(generations.keySet());
            return ids.get(action.key() % ids.size());
        }

        private Entry newLoad(Action action, LoadMode mode) throws IOException {
            loads++;
            List<RowChange> rows = rows(action, true);
            List<Path> staged = new ArrayList<>();
            for (RowChange row : rows) {
                Path path = directory.resolve("load-" + loads + "-" + staged.size() + ".sst");
                stage(path, List.of(row));
                staged.add(path);
            }
            return new Entry(new Publish(loads, mode, loads, "digest"), rows, staged);
        }

        private List<RowChange> rows(Action action, boolean put) {
            List<RowChange> rows = new ArrayList<>();
            for (int i = 0; i < action.rows(); i++) {
                String key = "k" + (action.key() + i);
                rows.add(put ? EngineContract.put(key, log.size() + "." + loads) : EngineContract.remove(key));
            }
            return rows;
        }

        /** Only the decree moves. */
        private void appendAgain(Entry entry) {
            log.add(new Entry(entry.load(), List.of(), entry.staged()));
            apply(log.size());
        }

        private void append(Entry entry) {
            log.add(entry);
            Publish load = entry.load();
            if (load != null && load.mode() == LoadMode.REPLACE) {
                model = new TreeMap<>();
                current = load.loadId();
                generations.put(current, model);
            } else if (load != null && load.mode() == LoadMode.ROLLBACK) {
                current = load.rollbackTo();
                model = Objects.requireNonNull(generations.get(current));
            }
            for (RowChange row : entry.rows()) {
                String key = String.valueOf(EngineContract.text(row.key()));
                String value = EngineContract.text(row.value());
                if (value == null) {
                    model.remove(key);
                } else {
                    model.put(key, value);
                }
            }
            apply(log.size());
        }

        private void apply(int decree) {
            Entry entry = log.get(decree - 1);
            if (entry.load() == null) {
                engine.apply(decree, entry.rows());
            } else {
                engine.publish(decree, entry.load(), entry.staged());
            }
        }

        private void reopen() {
            engine = factory.open(directory.resolve("engine"));
            assertThat(engine.appliedDecree()).isBetween(flushed, (long) log.size());
            assertThat(engine.durableDecree()).isEqualTo(engine.appliedDecree());
            assertThat(engine.lastCompaction()).isEqualTo(compaction);
            for (int decree = (int) engine.appliedDecree() + 1; decree <= log.size(); decree++) {
                apply(decree);
            }
            assertThat(EngineContract.rows(engine)).isEqualTo(model);
        }
    }
}
