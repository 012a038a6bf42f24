package dev.sluice.replica.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.Engine.GenerationInfo;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every engine does. */
abstract class EngineContract {
    abstract EngineFactory factory();

    /** A directory that does not exist, in one that does. */
    abstract Path directory(String name);

    /** Stages a file of rows, given in key order. */
    abstract Path stage(String name, Map<String, String> rows);

    abstract void deleteStaged(Path staged);

    @Test
    void onlyRowsThatHaveExpiredAreRemovedAndTheDecreeStays() {
        byte[] expired = StoredValue.of(100, 0, new byte[] {1});
        byte[] later = StoredValue.of(101, 0, new byte[] {2});
        byte[] never = StoredValue.of(StoredValue.NEVER, 0, new byte[] {3});
        byte[] tooShort = {4};
        List<byte[]> keys = List.of(new byte[] {1}, new byte[] {2}, new byte[] {3}, new byte[] {4}, new byte[] {5});
        try (EngineFactory factory = factory();
                Engine engine = factory.open(directory("engine"))) {
            engine.apply(
                    1,
                    List.of(
                            new RowChange(keys.get(0), expired),
                            new RowChange(keys.get(1), later),
                            new RowChange(keys.get(2), never),
                            new RowChange(keys.get(3), tooShort)));

            assertThat(engine.removeExpired(keys, 100)).isEqualTo(1);

            assertThat(engine.appliedDecree()).isEqualTo(1);
            assertThat(engine.get(keys.get(0))).isNull();
            assertThat(engine.get(keys.get(1))).isEqualTo(later);
            assertThat(engine.get(keys.get(2))).isEqualTo(never);
            assertThat(engine.get(keys.get(3))).isEqualTo(tooShort);
            assertThat(engine.removeExpired(keys, 100)).isZero();
            assertThat(engine.flush()).isEqualTo(1);
            engine.apply(2, List.of());
            assertThat(engine.flush()).isEqualTo(2);
        }
    }

    @Test
    void beginsEmptyAtDecreeZero() {
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isZero();
            assertThat(engine.durableDecree()).isZero();
            assertThat(engine.publishedLoadId()).isZero();
            assertThat(rows(engine)).isEmpty();
        }
    }

    @Test
    void appliesRowsInOrderAtEachDecree() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1"), put("b", "1")));
            engine.apply(2, List.of(put("a", "2"), remove("b"), put("c", "2"), put("c", "3")));
            engine.apply(3, List.of());
            assertThat(engine.appliedDecree()).isEqualTo(3);
            assertThat(rows(engine)).containsExactly(Map.entry("a", "2"), Map.entry("c", "3"));
            assertThat(get(engine, "a")).isEqualTo("2");
            assertThat(get(engine, "b")).isNull();
        }
    }

    @Test
    void whatMemoryTellsIsWhatARowIsNow() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1"), put("b", "1")));
            assertThat(text(engine.getFromMemory(bytes("a")))).isEqualTo("1");
            engine.apply(2, List.of(put("a", "2"), remove("b")));
            assertThat(text(engine.getFromMemory(bytes("a")))).isEqualTo("2");
            assertThat(engine.getFromMemory(bytes("b"))).isNull();
            engine.publish(3, publish(1), List.of(stage("s", Map.of("a", "loaded"))));
            assertThat(text(engine.getFromMemory(bytes("a")))).isIn("", "loaded");
            engine.apply(4, List.of(put("a", "4")));
            assertThat(text(engine.getFromMemory(bytes("a")))).isEqualTo("4");
        }
    }

    @Test
    void aDecreeOutOfOrderIsRefused() {
        try (Engine engine = open()) {
            engine.apply(1, List.of());
            assertThatThrownBy(() -> engine.apply(1, List.of())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> engine.apply(3, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("decree 3 is applied, expected 2");
            assertThatThrownBy(() -> engine.publish(1, publish(1), List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void closingLosesWhatWasNotFlushedAsACrashDoes() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1")));
            assertThat(engine.durableDecree()).isZero();
            assertThat(engine.flush()).isEqualTo(1);
            engine.apply(2, List.of(put("a", "2"), put("b", "2")));
            assertThat(engine.durableDecree()).isEqualTo(1);
        }
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isEqualTo(1);
            assertThat(engine.durableDecree()).isEqualTo(1);
            assertThat(rows(engine)).containsExactly(Map.entry("a", "1"));
        }
    }

    @Test
    void aSnapshotStaysAsItWas() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1"), put("b", "1")));
            try (EngineSnapshot snapshot = engine.snapshot()) {
                engine.apply(2, List.of(put("a", "2"), remove("b"), put("c", "2")));
                engine.publish(3, publish(1), List.of(stage("s", Map.of("b", "loaded"))));
                assertThat(rows(snapshot)).containsExactly(Map.entry("a", "1"), Map.entry("b", "1"));
                assertThat(text(snapshot.get(bytes("a")))).isEqualTo("1");
            }
            assertThat(get(engine, "b")).isEqualTo("loaded");
        }
    }

    @Test
    void aCursorWalksBothWays() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("b", "1"), put("d", "2"), put("f", "3")));
            try (EngineSnapshot snapshot = engine.snapshot();
                    EngineSnapshot.Cursor cursor = snapshot.cursor()) {
                assertThat(cursor.isValid()).isFalse();
                cursor.seek(bytes("c"));
                assertThat(text(cursor.key())).isEqualTo("d");
                cursor.previous();
                assertThat(text(cursor.key())).isEqualTo("b");
                cursor.previous();
                assertThat(cursor.isValid()).isFalse();
                cursor.seekForPrevious(bytes("e"));
                assertThat(text(cursor.key())).isEqualTo("d");
                cursor.next();
                cursor.next();
                assertThat(cursor.isValid()).isFalse();
                assertThatThrownBy(cursor::key).isInstanceOf(NoSuchElementException.class);
                assertThatThrownBy(cursor::next).isInstanceOf(NoSuchElementException.class);
                cursor.seekForPrevious(bytes("a"));
                assertThat(cursor.isValid()).isFalse();
            }
        }
    }

    @Test
    void keysAreOrderedAsUnsignedBytes() {
        try (Engine engine = open()) {
            engine.apply(
                    1,
                    List.of(
                            new RowChange(new byte[] {(byte) 0x80}, bytes("high")),
                            new RowChange(new byte[] {0x7f}, bytes("low"))));
            assertThat(rows(engine).values()).containsExactlyInAnyOrder("low", "high");
            try (EngineSnapshot snapshot = engine.snapshot();
                    EngineSnapshot.Cursor cursor = snapshot.cursor()) {
                cursor.seek(new byte[0]);
                assertThat(text(cursor.value())).isEqualTo("low");
            }
        }
    }

    @Test
    void staysOpenUntilTheLastSnapshotAndCursorAreClosed() throws InterruptedException {
        Engine engine = open();
        engine.apply(1, List.of(put("a", "1")));
        engine.flush();
        EngineSnapshot snapshot = engine.snapshot();
        EngineSnapshot.Cursor cursor = snapshot.cursor();
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.get(bytes("a"))).isInstanceOf(EngineException.class);
        assertThatThrownBy(engine::snapshot).isInstanceOf(EngineException.class);
        assertThat(text(snapshot.get(bytes("a")))).isEqualTo("1");
        snapshot.close();
        snapshot.close();
        assertThatThrownBy(() -> snapshot.get(bytes("a"))).isInstanceOf(EngineException.class);
        cursor.seek(bytes("a"));
        assertThat(text(cursor.value())).isEqualTo("1");
        assertThatThrownBy(this::open).isInstanceOf(EngineException.class);
        assertThat(engine.awaitClosed(10)).isFalse();
        cursor.close();
        cursor.close();
        assertThat(engine.awaitClosed(10)).isTrue();
        try (Engine again = open()) {
            assertThat(get(again, "a")).isEqualTo("1");
        }
    }

    /** B.3: a merge wins over writes before its decree and loses to those after it. */
    @Test
    void aPublishTakesEffectAtItsDecree() {
        Path one = stage("1", Map.of("a", "loaded", "b", "loaded"));
        Path two = stage("2", Map.of("c", "loaded"));
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "before"), put("z", "before"), put("c", "before")));
            engine.preparePublish(publish(7), List.of(one, two));
            engine.apply(2, List.of(put("b", "before"), remove("c")));
            engine.publish(3, publish(7), List.of(one, two));
            engine.apply(4, List.of(put("c", "after")));
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(engine.appliedDecree()).isEqualTo(4);
            assertThat(rows(engine))
                    .containsExactly(
                            Map.entry("a", "loaded"),
                            Map.entry("b", "loaded"),
                            Map.entry("c", "after"),
                            Map.entry("z", "before"));
            assertThat(engine.flush()).isEqualTo(4);
        }
        deleteStaged(one);
        deleteStaged(two);
        try (Engine engine = open()) {
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(rows(engine)).hasSize(4);
        }
    }

    /** B.10: a publish that stands twice in the log is applied once. */
    @Test
    void aPublishThatIsAppliedAgainOnlyMovesTheDecree() {
        Path file = stage("1", Map.of("a", "loaded"));
        Path older = stage("2", Map.of("a", "older"));
        try (Engine engine = open()) {
            engine.publish(1, publish(7), List.of(file));
            engine.apply(2, List.of(put("a", "after")));
            engine.preparePublish(publish(7), List.of(file));
            engine.publish(3, publish(7), List.of(file));
            engine.publish(4, publish(6), List.of(older));
            assertThat(engine.appliedDecree()).isEqualTo(4);
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(get(engine, "a")).isEqualTo("after");
        }
    }

    /** B.10: also after a crash between ingest and the next flush. */
    @Test
    void anIngestThatSurvivedACrashIsNotRepeated() {
        Path file = stage("1", Map.of("a", "loaded", "b", "loaded"));
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "before")));
            engine.publish(2, publish(7), List.of(file));
        }
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isEqualTo(1);
            assertThat(engine.publishedLoadId()).isZero();
            assertThat(get(engine, "a")).isEqualTo("loaded");
            engine.preparePublish(publish(7), List.of(file));
            engine.publish(2, publish(7), List.of(file));
            engine.apply(3, List.of(put("b", "after")));
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("b", "after"));
            engine.flush();
        }
        try (Engine engine = open()) {
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(engine.appliedDecree()).isEqualTo(3);
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("b", "after"));
        }
    }

    @Test
    void twoLoadsInOneCrashKeepTheirOrder() {
        Path first = stage("1", Map.of("a", "first", "b", "first"));
        Path second = stage("2", Map.of("b", "second"));
        try (Engine engine = open()) {
            engine.publish(1, publish(1), List.of(first));
            engine.publish(2, publish(2), List.of(second));
            assertThat(engine.durableDecree()).isEqualTo(1);
        }
        try (Engine engine = open()) {
            assertThat(engine.publishedLoadId()).isEqualTo(1);
            engine.publish(2, publish(2), List.of(second));
            assertThat(rows(engine)).containsExactly(Map.entry("a", "first"), Map.entry("b", "second"));
        }
    }

    /** B.14: an empty partition is a valid part of a load. */
    @Test
    void aLoadWithoutFilesIsPublished() {
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1")));
            engine.preparePublish(publish(7), List.of());
            engine.publish(2, publish(7), List.of());
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            engine.flush();
        }
        try (Engine engine = open()) {
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(engine.appliedDecree()).isEqualTo(2);
            assertThat(rows(engine)).containsExactly(Map.entry("a", "1"));
        }
    }

    /** B.1: preparing shows nothing, and what was prepared for a load that never came is gone. */
    @Test
    void preparingShowsNothing() {
        Path file = stage("1", Map.of("a", "loaded"));
        try (Engine engine = open()) {
            engine.preparePublish(publish(7), List.of(file));
            engine.preparePublish(publish(7), List.of(file));
            assertThat(rows(engine)).isEmpty();
        }
        try (Engine engine = open()) {
            assertThat(rows(engine)).isEmpty();
            assertThat(engine.publishedLoadId()).isZero();
            Path other = stage("2", Map.of("b", "loaded"));
            engine.publish(1, publish(8), List.of(other));
            assertThat(rows(engine)).containsExactly(Map.entry("b", "loaded"));
        }
    }

    @Test
    void aStagedFileThatIsMissingIsNamed() {
        Path file = stage("1", Map.of("a", "loaded"));
        deleteStaged(file);
        try (Engine engine = open()) {
            assertThatThrownBy(() -> engine.publish(1, publish(7), List.of(file)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(file.getFileName().toString());
            assertThat(engine.publishedLoadId()).isZero();
        }
    }

    /** B.3, B.19: writes before the decree stay in the old generation, those after it are in the new one. */
    @Test
    void aReplacementHidesAllThatWasBeforeIt() {
        Path file = stage("1", Map.of("a", "loaded", "b", "loaded"));
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "before"), put("z", "before")));
            engine.preparePublish(replacement(7), List.of(file));
            assertThat(rows(engine)).containsOnlyKeys("a", "z");
            engine.apply(2, List.of(put("y", "before")));
            engine.publish(3, replacement(7), List.of(file));
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("b", "loaded"));
            assertThat(get(engine, "z")).isNull();
            assertThat(engine.generations())
                    .containsExactly(new GenerationInfo(0, false, 0), new GenerationInfo(7, true, 0));
            engine.apply(4, List.of(put("z", "after"), remove("b")));
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("z", "after"));
            assertThat(engine.generations()).contains(new GenerationInfo(7, true, 2));
            engine.flush();
        }
        deleteStaged(file);
        try (Engine engine = open()) {
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(engine.appliedDecree()).isEqualTo(4);
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("z", "after"));
            assertThat(engine.generations()).contains(new GenerationInfo(7, true, 2));
        }
    }

    /** B.19: a scan stays in its generation, also when that is dropped. */
    @Test
    void aSnapshotStaysInItsGeneration() throws InterruptedException {
        Path file = stage("1", Map.of("a", "loaded"));
        Engine engine = open();
        try (engine) {
            engine.apply(1, List.of(put("a", "before"), put("b", "before")));
            try (EngineSnapshot snapshot = engine.snapshot();
                    EngineSnapshot.Cursor cursor = snapshot.cursor()) {
                cursor.seek(bytes("a"));
                engine.publish(2, replacement(7), List.of(file));
                assertThat(engine.dropGeneration(7)).as("the current one").isFalse();
                assertThat(engine.dropGeneration(0)).isTrue();
                assertThat(engine.dropGeneration(0)).as("again").isFalse();
                cursor.next();
                assertThat(text(cursor.key())).isEqualTo("b");
                assertThat(rows(snapshot)).containsExactly(Map.entry("a", "before"), Map.entry("b", "before"));
                assertThat(text(snapshot.get(bytes("a")))).isEqualTo("before");
                assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"));
            }
        }
        assertThat(engine.awaitClosed(1_000)).isTrue();
        try (Engine again = open()) {
            assertThat(again.generations()).containsExactly(new GenerationInfo(7, true, 0));
            assertThat(rows(again)).containsExactly(Map.entry("a", "loaded"));
        }
    }

    /** B.10: a hidden generation that a restart finds unpublished is filled again. */
    @Test
    void aReplacementThatACrashLostIsAppliedAgain() {
        Path file = stage("1", Map.of("a", "loaded"));
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("b", "before")));
            engine.flush();
            engine.preparePublish(replacement(7), List.of(file));
            engine.publish(2, replacement(7), List.of(file));
            engine.apply(3, List.of(put("c", "after")));
        }
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isEqualTo(1);
            assertThat(rows(engine)).containsExactly(Map.entry("b", "before"));
            assertThat(engine.generations()).containsExactly(new GenerationInfo(0, true, 0));
            engine.publish(2, replacement(7), List.of(file));
            engine.apply(3, List.of(put("c", "after")));
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("c", "after"));
            engine.publish(4, replacement(7), List.of(file));
            assertThat(rows(engine)).containsOnlyKeys("a", "c");
        }
    }

    /** B.19: back to a kept generation, and forward again; what was written since is hidden, not lost. */
    @Test
    void aRollbackMakesAKeptGenerationCurrentAgain() {
        Path file = stage("1", Map.of("a", "loaded"));
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "before")));
            engine.publish(2, replacement(7), List.of(file));
            engine.apply(3, List.of(put("b", "since")));
            engine.publish(4, rollback(8, 0), List.of());
            assertThat(rows(engine)).containsExactly(Map.entry("a", "before"));
            assertThat(engine.generations())
                    .containsExactly(new GenerationInfo(0, true, 0), new GenerationInfo(7, false, 0));
            engine.apply(5, List.of(put("c", "later")));
            assertThat(engine.generations()).contains(new GenerationInfo(0, true, 1));
            engine.publish(6, rollback(9, 7), List.of());
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"), Map.entry("b", "since"));
        }
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isLessThan(6);
        }
    }

    @Test
    void aRollbackToAGenerationThatIsNotKeptIsRefused() {
        try (Engine engine = open()) {
            assertThatThrownBy(() -> engine.preparePublish(rollback(8, 3), List.of()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("generation 3 is not kept here");
        }
    }

    /** A generation is dropped at once: what survives a crash must not point to it. */
    @Test
    void aGenerationIsDroppedOnlyOnceItsSuccessorSurvivesACrash() {
        Path file = stage("1", Map.of("a", "loaded"));
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("b", "before")));
            engine.publish(2, replacement(7), List.of(file));
            engine.dropGeneration(0);
        }
        try (Engine engine = open()) {
            assertThat(engine.appliedDecree()).isEqualTo(2);
            assertThat(rows(engine)).containsExactly(Map.entry("a", "loaded"));
        }
    }

    /** B.20: what is there wins over rows from behind, what was removed too. */
    @Test
    void rowsFromBehindLoseToRowsThatAreThereAndToRemovedOnes() {
        Path merged = stage("0", Map.of("m", "merged"));
        Path file = stage("1", Map.of("a", "behind", "b", "behind", "c", "behind", "m", "behind"));
        try (Engine engine = openForBehind()) {
            engine.apply(1, List.of(put("a", "before"), put("b", "before")));
            engine.publish(2, publish(6), List.of(merged));
            engine.apply(3, List.of(remove("b")));
            assertThat(engine.findBehindConflict(List.of(file))).isEmpty();
            engine.preparePublish(behind(7), List.of(file));
            engine.publish(4, behind(7), List.of(file));
            assertThat(rows(engine))
                    .containsExactly(Map.entry("a", "before"), Map.entry("c", "behind"), Map.entry("m", "merged"));
            engine.apply(5, List.of(put("c", "after")));
            assertThat(get(engine, "c")).isEqualTo("after");
            engine.flush();
        }
        try (Engine engine = openForBehind()) {
            assertThat(rows(engine))
                    .containsExactly(Map.entry("a", "before"), Map.entry("c", "after"), Map.entry("m", "merged"));
        }
    }

    /** B.10: also behind, also after a crash between ingest and the next flush. */
    @Test
    void anIngestBehindThatSurvivedACrashIsNotRepeated() {
        Path file = stage("1", Map.of("a", "behind", "b", "behind"));
        try (Engine engine = openForBehind()) {
            engine.apply(1, List.of(put("a", "before")));
            engine.publish(2, behind(7), List.of(file));
        }
        try (Engine engine = openForBehind()) {
            for (long decree = engine.appliedDecree() + 1; decree <= 2; decree++) {
                if (decree == 1) {
                    engine.apply(1, List.of(put("a", "before")));
                } else {
                    engine.publish(2, behind(7), List.of(file));
                }
            }
            assertThat(rows(engine)).containsExactly(Map.entry("a", "before"), Map.entry("b", "behind"));
            engine.publish(3, behind(7), List.of(file));
            assertThat(rows(engine)).hasSize(2);
        }
    }

    /** B.20: an expired row is one that does not exist, whether it was removed in the background already or not. */
    @Test
    void rowsFromBehindWinOverExpiredOnesOnEveryReplicaAlike() {
        long epoch = 1_700_000_000_000L;
        int now = StoredValue.expiryNow(epoch);
        Path file = stage("1", Map.of("a", "behind", "b", "behind", "c", "behind", "d", "behind", "e", "behind"));
        Publish publish = new Publish(7, LoadMode.BEHIND, epoch, "digest");
        byte[] over = StoredValue.of(now - 5, 0, bytes("over"));
        byte[] lasting = StoredValue.of(now + 5, 0, bytes("lasting"));
        for (boolean cleaned : new boolean[] {false, true}) {
            try (Engine engine = factory().open(directory(cleaned ? "cleaned" : "not-cleaned"), true)) {
                engine.apply(
                        1,
                        List.of(
                                new RowChange(bytes("a"), over),
                                new RowChange(bytes("b"), over),
                                new RowChange(bytes("c"), lasting),
                                new RowChange(bytes("d"), over),
                                new RowChange(bytes("e"), over),
                                new RowChange(bytes("f"), over)));
                engine.apply(2, List.of(remove("b")));
                if (cleaned) {
                    List<byte[]> keys = List.of(bytes("a"), bytes("d"), bytes("e"), bytes("f"));
                    assertThat(engine.removeExpired(keys, now)).isEqualTo(4);
                    assertThat(engine.removeExpired(keys, now)).isZero();
                    engine.flush();
                }
                engine.preparePublish(publish, List.of(file));
                // Between the preparation and the publish.
                engine.apply(3, List.of(put("d", "written"), remove("e")));
                engine.publish(4, publish, List.of(file));
                assertThat(get(engine, "a")).isEqualTo("behind");
                assertThat(get(engine, "b")).isNull();
                assertThat(engine.get(bytes("c"))).isEqualTo(lasting);
                assertThat(get(engine, "d")).isEqualTo("written");
                assertThat(get(engine, "e")).isNull();
            }
        }
    }

    /** Nobody looked for what they would hide before: that is made up for, also when a crash comes between. */
    @Test
    void rowsFromBehindWinOverExpiredOnesWithoutPreparationAndAfterACrash() {
        long epoch = 1_700_000_000_000L;
        byte[] over = StoredValue.of(StoredValue.expiryNow(epoch) - 5, 0, bytes("over"));
        Publish publish = new Publish(7, LoadMode.BEHIND, epoch, "digest");
        Path file = stage("1", Map.of("a", "behind"));
        for (int run = 0; run < 2; run++) {
            try (Engine engine = openForBehind()) {
                for (long decree = engine.appliedDecree() + 1; decree <= 2; decree++) {
                    if (decree == 1) {
                        engine.apply(1, List.of(new RowChange(bytes("a"), over)));
                    } else {
                        engine.publish(2, publish, List.of(file));
                    }
                }
                assertThat(get(engine, "a")).isEqualTo("behind");
            }
        }
    }

    @Test
    void anEngineThatWasNotMadeForItSaysSoBeforeAPublish() {
        Path file = stage("1", Map.of("a", "behind"));
        try (Engine engine = open()) {
            assertThat(engine.findBehindConflict(List.of(file)).orElse(""))
                    .contains("rocksdb.allow_ingest_behind=true");
        }
    }

    @Test
    void aCheckpointOpensAsAnEngineOfItsOwn() {
        Path file = stage("1", Map.of("a", "loaded"));
        Path copy = directory("copy");
        EngineDigest digest;
        try (Engine engine = open()) {
            engine.apply(1, List.of(put("a", "1"), put("b", "1")));
            engine.publish(2, publish(7), List.of(file));
            assertThat(engine.checkpoint(copy)).isEqualTo(2);
            assertThat(engine.durableDecree()).isEqualTo(2);
            digest = digest(engine);
            engine.apply(3, List.of(put("b", "3")));
            assertThatThrownBy(() -> engine.checkpoint(copy)).isInstanceOf(EngineException.class);
            assertThat(digest(engine)).isNotEqualTo(digest);
        }
        try (Engine engine = factory().open(copy)) {
            assertThat(engine.appliedDecree()).isEqualTo(2);
            assertThat(engine.durableDecree()).isEqualTo(2);
            assertThat(engine.publishedLoadId()).isEqualTo(7);
            assertThat(digest(engine)).isEqualTo(digest);
            engine.publish(3, publish(7), List.of(file));
            engine.apply(4, List.of(put("a", "4")));
            assertThat(get(engine, "a")).isEqualTo("4");
        }
    }

    /** B.2: rows that have expired do not count. */
    @Test
    void aDigestLeavesOutWhatHasExpired() {
        byte[] expiring = StoredValue.of(100, 0, bytes("v"));
        EngineDigest without;
        try (Engine engine = open()) {
            engine.apply(1, List.of(new RowChange(bytes("b"), StoredValue.of(0, 0, bytes("v")))));
            without = digest(engine);
            engine.apply(2, List.of(new RowChange(bytes("a"), expiring)));
            try (EngineSnapshot snapshot = engine.snapshot()) {
                assertThat(EngineDigest.of(snapshot, 100)).isEqualTo(without);
                assertThat(EngineDigest.of(snapshot, 99).rows()).isEqualTo(2);
                assertThat(EngineDigest.of(snapshot, 99)).isNotEqualTo(without);
            }
        }
        assertThat(without.rows()).isEqualTo(1);
    }

    final Engine open() {
        return factory().open(directory("engine"));
    }

    final Engine openForBehind() {
        return factory().open(directory("engine"), true);
    }

    static Publish behind(long loadId) {
        return new Publish(loadId, LoadMode.BEHIND, loadId, "digest");
    }

    static Publish publish(long loadId) {
        return new Publish(loadId, LoadMode.MERGE, loadId, "digest");
    }

    static Publish replacement(long loadId) {
        return new Publish(loadId, LoadMode.REPLACE, loadId, "digest");
    }

    static Publish rollback(long loadId, long generation) {
        return new Publish(loadId, LoadMode.ROLLBACK, loadId, Long.toString(generation));
    }

    static RowChange put(String key, String value) {
        return new RowChange(bytes(key), bytes(value));
    }

    static RowChange remove(String key) {
        return new RowChange(bytes(key), null);
    }

    static @Nullable String get(Engine engine, String key) {
        return text(engine.get(bytes(key)));
    }

    static EngineDigest digest(Engine engine) {
        try (EngineSnapshot snapshot = engine.snapshot()) {
            return EngineDigest.of(snapshot, 0);
        }
    }

    static SortedMap<String, String> rows(Engine engine) {
        try (EngineSnapshot snapshot = engine.snapshot()) {
            return rows(snapshot);
        }
    }

    static SortedMap<String, String> rows(EngineSnapshot snapshot) {
        SortedMap<String, String> rows = new TreeMap<>();
        try (EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                rows.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
            }
        }
        return rows;
    }

    static List<RowChange> changes(Map<String, String> rows) {
        List<RowChange> changes = new ArrayList<>();
        new TreeMap<>(rows).forEach((key, value) -> changes.add(put(key, value)));
        return changes;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }
}
