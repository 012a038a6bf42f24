package dev.sluice.replica.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.HyperClockCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.WriteBufferManager;

final class RocksEngineTest extends EngineContract {
    private static final int ROWS = 2_000;
    private static final EngineOptions SLOW = new EngineOptions(1 << 20, 1 << 20, 64 << 10, 2, 256 << 10);
    private static final String NO_LIMIT_ON_LEVEL_0 = "level0_stop_writes_trigger=1048576";

    private final RocksEngineFactory factory = new RocksEngineFactory(EngineOptions.DEFAULT);

    @TempDir
    Path parent;

    @AfterEach
    void closeFactory() {
        factory.close();
    }

    @Override
    EngineFactory factory() {
        return factory;
    }

    @Override
    Path directory(String name) {
        return parent.resolve(name);
    }

    @Override
    Path stage(String name, Map<String, String> rows) {
        return Ssts.write(parent.resolve("staged-" + name + ".sst"), changes(rows));
    }

    @Override
    void deleteStaged(Path staged) {
        try {
            Files.delete(staged);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** B.9: staged files are linked, never changed, and stay until they are no longer needed. */
    @Test
    void anIngestLeavesTheStagedFileAsItIsAndLinksIt() throws IOException {
        Path file = stage("1", Map.of("a", "loaded", "c", "loaded"));
        byte[] before = Files.readAllBytes(file);
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("b", "1")));
            engine.publish(2, publish(7), List.of(file));
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
            assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
        }
    }

    /** B.10: seen from outside, for a merge would hide a repetition. */
    @Test
    void anIngestThatIsThereIsKnownByItsInodeAndAddsNoFile() throws IOException {
        Path file = stage("1", Map.of("a", "loaded"));
        try (Engine engine = open()) {
            engine.publish(1, publish(7), List.of(file));
        }
        List<Path> before = tables();
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isZero();
            engine.publish(1, publish(7), List.of(file));
            assertThat(tables()).isEqualTo(before);
            assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
        }
    }

    @Test
    void aRowOnTheDiskIsNotInMemoryUntilItWasRead() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1")));
            engine.flush();
        }
        try (RocksEngineFactory cold = new RocksEngineFactory(EngineOptions.DEFAULT);
                Engine engine = cold.open(directory("engine"))) {
            assertThat(engine.getFromMemory(bytes("a"))).isSameAs(Engine.NOT_IN_MEMORY);
            assertThat(get(engine, "a")).isEqualTo("1");
            assertThat(text(engine.getFromMemory(bytes("a")))).isEqualTo("1");
            assertThat(get(engine, "absent")).isNull();
            assertThat(engine.getFromMemory(bytes("absent"))).isNull();
        }
    }

    /** RocksDB answers with an empty value then, and says that it found it. */
    @Test
    void aRowIsNotTakenForEmptyWhenTheIndexOfItsFileHasLeftMemory() {
        Map<String, String> many = new TreeMap<>();
        for (int i = 0; i < 200_000; i++) {
            many.put("row-" + i, "value");
        }
        EngineOptions smallCache = new EngineOptions(1 << 20, 1 << 20, 64 << 10, 2, 0);
        try (RocksEngineFactory small = new RocksEngineFactory(smallCache);
                Engine engine = small.open(directory("engine"))) {
            engine.publish(1, publish(1), List.of(stage("1", Map.of("a", "loaded")), stage("2", many)));
            many.keySet().forEach(key -> assertThat(get(engine, key)).isEqualTo("value"));
            assertThat(text(engine.getFromMemory(bytes("a")))).isIn("", "loaded");
            many.keySet()
                    .forEach(key ->
                            assertThat(text(engine.getFromMemory(bytes(key)))).isIn("", "value"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyFilesOverLiveDataDoNotStopWrites(boolean isPrepared) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            files.add(stage("" + i, Map.of("a" + i, "loaded", "b" + i, "loaded")));
        }
        try (Engine engine = open()) {
            for (int i = 0; i < 60; i++) {
                engine.apply(i + 1, List.of(put("a" + i, "before")));
            }
            if (isPrepared) {
                engine.preparePublish(publish(7), files);
                assertThat(newestOptions()).contains(NO_LIMIT_ON_LEVEL_0);
                engine.flush(); // as from time to time
            }
            engine.publish(61, publish(7), files);
            assertThat(newestOptions()).contains(NO_LIMIT_ON_LEVEL_0);
            for (int i = 0; i < 60; i++) {
                engine.apply(i + 62, List.of(put("a" + i, "after")));
            }
            assertThat(engine.flush()).isEqualTo(121);
            assertThat(get(engine, "a59")).isEqualTo("after");
            assertThat(rows(engine)).hasSize(120);
        }
    }

    /** B.15: the files are not in level 0 yet when the flush looks at it. */
    @Test
    void aFlushWhileAMergeIsUnderWayLeavesTheLimitsOfLevel0Lifted() throws IOException {
        AtomicReference<Engine> published = new AtomicReference<>();
        StepListener flushesBeforeTheIngest = step -> {
            if (step == StepListener.Step.BEFORE_INGEST) {
                CompletableFuture.runAsync(() -> requireNonNull(published.get()).flush())
                        .join();
            }
        };
        try (RocksEngineFactory flushing = new RocksEngineFactory(EngineOptions.DEFAULT, flushesBeforeTheIngest);
                Engine engine = flushing.open(directory("engine"))) {
            published.set(engine);
            engine.apply(1, List.of(put("a", "before")));
            engine.publish(2, publish(7), List.of(stage("1", Map.of("a", "loaded"))));
            assertThat(newestOptions()).contains(NO_LIMIT_ON_LEVEL_0);
        }
    }

    /** A flush takes the families of all generations: a use of one that is freed kills the process. */
    @Test
    void whatAFlushWorksOnStaysUntilItHasEndedThoughTheEngineIsClosed() throws Exception {
        AtomicReference<Engine> flushed = new AtomicReference<>();
        StepListener closesBeforeTheFlush = step -> {
            if (step == StepListener.Step.BEFORE_FLUSH) {
                requireNonNull(flushed.get()).close();
            }
        };
        try (RocksEngineFactory closing = new RocksEngineFactory(EngineOptions.DEFAULT, closesBeforeTheFlush);
                Engine engine = closing.open(directory("engine"))) {
            flushed.set(engine);
            engine.apply(1, List.of(put("a", "before")));
            assertThat(engine.flush()).isEqualTo(1);
            assertThat(engine.awaitClosed(10_000)).isTrue();
            assertThatThrownBy(() -> get(engine, "a")).isInstanceOf(EngineException.class);
        }
    }

    /** What RocksDB wrote down when options were last set. */
    private String newestOptions() throws IOException {
        try (Stream<Path> files = Files.list(directory("engine"))) {
            Path newest = files.filter(file -> file.getFileName().toString().startsWith("OPTIONS-"))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
            return Files.readString(newest);
        }
    }

    /** Files of old writers say nothing of where they come from, by which a cache could tell their blocks apart. */
    @Test
    void filesOfAnOldWriterAreNotTakenForEachOther() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : List.of("old-a.sst", "old-b.sst")) { // rows a0 to a8 and b0 to b8, by RocksDB 6.6.4
            try (InputStream in = requireNonNull(getClass().getResourceAsStream(name))) {
                Files.copy(in, parent.resolve(name));
            }
            files.add(parent.resolve(name));
        }
        try (Engine engine = openForBehind()) {
            assertThat(engine.findBehindConflict(files)).isEmpty();
            engine.preparePublish(behind(7), files);
            engine.publish(1, behind(7), files);
            assertThat(rows(engine)).hasSize(18);
        }
    }

    @Test
    void aLostRootFileIsDamageAndNotAnEmptyEngine() throws IOException {
        fill();
        Files.delete(directory("engine").resolve("CURRENT"));
        assertThatThrownBy(this::open).isInstanceOf(EngineException.class).hasMessageContaining("CURRENT is missing");
    }

    @Test
    void aLostTableIsDamageAndNamed() throws IOException {
        fill();
        Path table = tables().get(0);
        Files.delete(table);
        assertThatThrownBy(this::open)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(table.getFileName().toString());
    }

    @Test
    void damageInATableIsFoundByReadingAndNamed() throws IOException {
        fill();
        for (Path table : tables()) {
            try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
                file.seek(5);
                int flipped = file.read() ^ 0xff;
                file.seek(5);
                file.write(flipped);
            }
        }
        assertThatThrownBy(() -> {
                    try (Engine engine = open()) {
                        rows(engine);
                    }
                })
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(".sst");
    }

    @Test
    void aFileThatIsNoTableIsRefused() throws IOException {
        Path rubbish = Files.writeString(parent.resolve("rubbish.sst"), "this is no table");
        try (Engine engine = open()) {
            assertThatThrownBy(() -> engine.publish(1, publish(7), List.of(rubbish)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("the staged files of load 7 cannot be linked and read");
            assertThat(engine.publishedLoadId()).isZero();
        }
    }

    @Test
    void aCompactionGivesBackTheSpaceOfRowsThatWereOverwrittenOrRemoved() throws IOException {
        try (Engine engine = open()) {
            writeRows(engine, 5);
            long before = tableBytes();

            engine.compact(Engine.ANY_LEVEL, false);

            engine.flush();
            assertThat(newestOptions()).doesNotContain(NO_LIMIT_ON_LEVEL_0);
            assertThat(tableBytes()).isLessThan(before / 3);
            assertThat(rows(engine)).hasSize(ROWS / 2);
            assertThat(engine.appliedDecree()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void theRowsLieInTheLevelThatWasAskedForAfterwards(int level) throws Exception {
        try (Engine engine = open()) {
            writeRows(engine, 5);
            engine.compact(level, true);
            assertThat(rows(engine)).hasSize(ROWS / 2);
        }
        assertThat(levels()).containsOnly(Math.min(level, 6));
    }

    /** The rows are compacted all the same, and are where they can be. */
    @Test
    void aLevelThatCannotBeReachedIsNoFailure() throws Exception {
        try (Engine engine = open()) {
            writeRows(engine, 5);
            engine.compact(3, true);
            engine.apply(7, List.of(put("a", "new")));
            engine.compact(1, false);
            assertThat(rows(engine)).hasSize(ROWS / 2 + 1);
        }
        assertThat(levels()).doesNotContain(0);
    }

    @Test
    void onlyAForcedCompactionRewritesWhatLiesLowest() throws IOException {
        try (Engine engine = open()) {
            writeRows(engine, 2);
            engine.compact(Engine.ANY_LEVEL, true);
            List<Path> before = tables();
            engine.compact(Engine.ANY_LEVEL, false);
            assertThat(tables()).isEqualTo(before);
            engine.compact(Engine.ANY_LEVEL, true);
            assertThat(tables()).isNotEqualTo(before);
        }
    }

    /** B.13: they would have no place beside rows that were moved there. */
    @Test
    void aCompactionLeavesTheLastLevelToRowsFromBehind() {
        try (Engine engine = openForBehind()) {
            engine.publish(1, behind(1), List.of(stage("1", Map.of("k", "behind"))));
            engine.apply(2, List.of(put("a", "2"), remove("b")));
            engine.compact(Engine.ANY_LEVEL, true);
            engine.compact(6, true);
            List<Path> more = List.of(stage("2", Map.of("a", "behind", "b", "behind", "c", "behind")));
            assertThat(engine.findBehindConflict(more)).isEmpty();
            engine.publish(3, behind(2), more);
            assertThat(rows(engine)).containsOnlyKeys("a", "c", "k").containsEntry("a", "2");
        }
    }

    @Test
    void rowsCanComeFromBehindAfterACompaction() {
        try (Engine engine = openForBehind()) {
            engine.apply(1, List.of(put("a", "1"), put("b", "1"), put("d", "1")));
            engine.apply(2, List.of(remove("b")));
            engine.compact(6, true);
            engine.publish(3, behind(1), List.of(stage("1", Map.of("a", "behind", "b", "behind", "c", "behind"))));
            assertThat(rows(engine)).containsOnlyKeys("a", "c", "d").containsEntry("a", "1");
        }
    }

    @Test
    void aCompactionEndsSoonWhenTheEngineIsClosed() throws Exception {
        try (RocksEngineFactory slowly = new RocksEngineFactory(SLOW);
                Engine engine = slowly.open(directory("engine"))) {
            CompletableFuture<Void> compaction = beginCompaction(engine);

            engine.close();

            assertThat(engine.awaitClosed(20_000)).isTrue();
            assertCutShort(compaction);
        }
    }

    /** And the rows that are current then can be compacted. */
    @Test
    void aCompactionEndsSoonWhenItsRowsAreNotCurrentAnyMore() throws Exception {
        try (RocksEngineFactory slowly = new RocksEngineFactory(SLOW);
                Engine engine = slowly.open(directory("engine"))) {
            CompletableFuture<Void> compaction = beginCompaction(engine);
            engine.flush();
            assertThat(newestOptions()).as("a flush in the middle").contains(NO_LIMIT_ON_LEVEL_0);

            engine.publish(3, replacement(3), List.of(stage("3", Map.of("a", "new"))));

            assertCutShort(compaction);
            engine.compact(Engine.ANY_LEVEL, true);
            assertThat(rows(engine)).containsOnlyKeys("a");
        }
    }

    @Test
    void aCompactionEndsSoonWhenRowsComeFromBehind() throws Exception {
        try (RocksEngineFactory slowly = new RocksEngineFactory(SLOW);
                Engine engine = slowly.open(directory("engine"), true)) {
            CompletableFuture<Void> compaction = beginCompaction(engine);
            engine.publish(3, behind(3), List.of(stage("3", Map.of("a", "behind"))));
            assertCutShort(compaction);
            assertThat(rows(engine)).hasSize(20_001);
        }
    }

    @Test
    void aGenerationThatIsReplacedJustBeforeIsNotCompacted() {
        AtomicReference<Runnable> afterFlush = new AtomicReference<>(() -> {});
        StepListener publishes = step -> {
            if (step == StepListener.Step.FLUSHED) {
                afterFlush.getAndSet(() -> {}).run();
            }
        };
        try (RocksEngineFactory publishing = new RocksEngineFactory(EngineOptions.DEFAULT, publishes);
                Engine engine = publishing.open(directory("engine"))) {
            writeRows(engine, 2);
            afterFlush.set(() -> engine.publish(4, replacement(4), List.of(stage("4", Map.of("a", "new")))));
            assertThatThrownBy(() -> engine.compact(Engine.ANY_LEVEL, true))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("generation 0 is not current any more");
        }
    }

    @Test
    void aCompactionNeedsRoomForLevel0AndAPieceOfTheOthers() throws IOException {
        try (Engine engine = open()) {
            assertThat(engine.compactionBytes(true)).isZero();
            writeRows(engine, 2);
            engine.flush();
            assertThat(engine.compactionBytes(false)).isBetween(tableBytes() / 2, tableBytes());
            engine.compact(Engine.ANY_LEVEL, true);
            assertThat(engine.compactionBytes(false)).as("all lies lowest").isZero();
            assertThat(engine.compactionBytes(true)).isPositive();
        }
    }

    @Test
    void aCompactionThatLeavesAllAsItIsNeedsNoRoom() {
        try (Engine engine = openForBehind()) {
            engine.publish(1, behind(1), List.of(stage("1", Map.of("k", "behind"))));
            assertThat(engine.compactionBytes(true)).isZero();
        }
    }

    /** Of many rows, with a factory that needs half a minute for them. */
    private CompletableFuture<Void> beginCompaction(Engine engine) {
        Map<String, String> many = new TreeMap<>();
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            many.put("row" + i, String.valueOf(new BigInteger(1_600, random)));
        }
        engine.publish(1, publish(1), List.of(stage("1", many)));
        engine.publish(2, publish(2), List.of(stage("2", many)));
        List<Path> before = uncheckedTables();
        CompletableFuture<Void> compaction = CompletableFuture.runAsync(() -> engine.compact(Engine.ANY_LEVEL, true));
        await().until(() -> !before.containsAll(uncheckedTables()));
        assertThat(compaction).isNotDone();
        return compaction;
    }

    private static void assertCutShort(CompletableFuture<Void> compaction) {
        assertThat(compaction)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(EngineException.class);
    }

    private List<Path> uncheckedTables() {
        try {
            return tables();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows that are half gone at decree {@code times} + 1, in as many files. */
    private void writeRows(Engine engine, int times) {
        for (int decree = 1; decree <= times; decree++) {
            List<RowChange> all = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
                all.add(put("row" + i, Long.toHexString((decree * 1_000_003L + i) * 0x9E3779B97F4A7C15L)));
            }
            engine.apply(decree, all);
            engine.flush();
        }
        List<RowChange> removed = new ArrayList<>();
        for (int i = 0; i < ROWS; i += 2) {
            removed.add(remove("row" + i));
        }
        engine.apply(times + 1, removed);
    }

    /** Of the rows of an engine that is closed. */
    private Set<Integer> levels() throws Exception {
        Set<Integer> levels = new TreeSet<>();
        try (HyperClockCache cache = new HyperClockCache(1 << 20, 0, -1, false);
                WriteBufferManager buffers = new WriteBufferManager(1 << 20, cache);
                RocksDatabase database = RocksDatabase.open(
                        directory("engine"),
                        new RocksSettings(EngineOptions.DEFAULT, false, cache, buffers, null),
                        true)) {
            for (LiveFileMetaData file : database.db().getLiveFilesMetaData()) {
                if (Generation.isFamilyName(new String(file.columnFamilyName(), UTF_8))) {
                    levels.add(file.level());
                }
            }
        }
        return levels;
    }

    private long tableBytes() throws IOException {
        long bytes = 0;
        for (Path table : tables()) {
            bytes += Files.size(table);
        }
        return bytes;
    }

    private void fill() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1"), put("b", "1")));
            engine.flush();
        }
    }

    private List<Path> tables() throws IOException {
        try (Stream<Path> files = Files.list(directory("engine"))) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .sorted()
                    .toList();
        }
    }

    /** B.13: also where the rows of a set are not looked at, as with bulk_load_verify = checksum. */
    @Test
    void filesOfASetBehindThatOverlapEachOtherAreFoundBeforeThePublish() {
        Path one = stage("1", Map.of("a", "1", "m", "1"));
        Path within = stage("2", Map.of("c", "2", "d", "2"));
        Path beside = stage("3", Map.of("n", "3"));
        try (Engine engine = openForBehind()) {
            assertThat(engine.findBehindConflict(List.of(beside, within, one)).orElse(""))
                    .contains(within.getFileName().toString(), one.getFileName().toString());
            assertThat(engine.findBehindConflict(List.of(beside, one))).isEmpty();
            assertThatThrownBy(() -> engine.publish(1, behind(1), List.of(one, within)))
                    .isInstanceOf(EngineException.class);
        }
    }

    /** B.13: RocksDB refuses it, so it is found before the publish. */
    @Test
    void whatOverlapsAnEarlierLoadBehindIsFoundBeforeThePublish() {
        Path first = stage("1", Map.of("c", "1", "f", "1"));
        Path inside = stage("2", Map.of("d", "2"));
        Path around = stage("3", Map.of("a", "3", "z", "3"));
        Path beside = stage("4", Map.of("a", "4", "b", "4"));
        try (Engine engine = openForBehind()) {
            engine.publish(1, behind(1), List.of(first));
            assertThat(engine.findBehindConflict(List.of(beside, inside)).orElse(""))
                    .contains(inside.getFileName().toString(), "an earlier load of mode behind");
            assertThat(engine.findBehindConflict(List.of(around))).isPresent();
            assertThat(engine.findBehindConflict(List.of(beside))).isEmpty();
            assertThatThrownBy(() -> engine.publish(2, behind(2), List.of(around)))
                    .isInstanceOf(EngineException.class);
            engine.publish(2, behind(3), List.of(beside));
            assertThat(rows(engine)).containsOnlyKeys("a", "b", "c", "f");
        }
    }
}
