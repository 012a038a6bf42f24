package dev.sluice.replica.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.Ballot;
import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a mutation log does on every file system. */
abstract class MutationLogContract {
    static final LogOptions SMALL_SEGMENTS = LogOptions.DEFAULT.withSegmentBytesMax(400);

    abstract FileSystem files();

    /** Where the log is; the parent exists. */
    abstract Path directory();

    @Test
    void beginsEmptyBehindDecreeZero() {
        try (MutationLog log = open()) {
            assertThat(log.firstDecree()).isEqualTo(1);
            assertThat(log.lastDecree()).isZero();
            assertThat(log.read(1, 100)).isEmpty();
        }
    }

    @Test
    void findsWhatWasAppendedAfterReopening() {
        append(1, 20);
        try (MutationLog log = open()) {
            assertThat(log.firstDecree()).isEqualTo(1);
            assertThat(log.lastDecree()).isEqualTo(20);
            assertThat(decrees(log.read(1, 1 << 20)))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 20).boxed().toList());
            assertThat(values(log.read(7, 1))).containsExactly("7@1");
        }
        assertThat(segments()).hasSizeGreaterThan(2);
    }

    @Test
    void readsUpToSomeBytesButAtLeastOneMutation() {
        append(1, 10);
        try (MutationLog log = open()) {
            assertThat(decrees(log.read(3, 0))).containsExactly(3L);
            int one = SegmentFormat.payload(mutation(3, 1)).length;
            assertThat(decrees(log.read(3, one + 1))).containsExactly(3L, 4L);
            assertThat(log.read(11, 100)).isEmpty();
        }
    }

    @Test
    void readsWhatIsNotWrittenYet() {
        List<Runnable> tasks = new ArrayList<>();
        try (MutationLog log = SegmentedMutationLog.open(files(), directory(), SMALL_SEGMENTS, tasks::add)) {
            Outcome outcome = new Outcome();
            log.append(List.of(mutation(1, 1), mutation(2, 1)), false, outcome);
            assertThat(outcome.ended).isFalse();
            assertThat(values(log.read(1, 1 << 20))).containsExactly("1@1", "2@1");
            log.append(List.of(mutation(2, 2)), true, outcome);
            assertThat(values(log.read(1, 1 << 20))).containsExactly("1@1", "2@2");
            assertThat(tasks).hasSize(1);
            tasks.remove(0).run();
            assertThat(outcome.written).isEqualTo(2);
            assertThat(values(log.read(1, 1 << 20))).containsExactly("1@1", "2@2");
        }
    }

    @Test
    void aNewerBallotReplacesTheTail() {
        append(1, 10);
        try (MutationLog log = open()) {
            log.append(List.of(mutation(8, 2)), false, new Outcome());
            assertThat(log.lastDecree()).isEqualTo(8);
            log.append(List.of(mutation(9, 2)), false, new Outcome());
        }
        try (MutationLog log = open()) {
            assertThat(values(log.read(7, 1 << 20))).containsExactly("7@1", "8@2", "9@2");
        }
    }

    @Test
    void aDroppedTailStaysDropped() {
        append(1, 10);
        try (MutationLog log = open()) {
            log.dropAfter(20);
            assertThat(log.lastDecree()).isEqualTo(10);
            log.dropAfter(6);
            assertThat(log.lastDecree()).isEqualTo(6);
        }
        try (MutationLog log = open()) {
            assertThat(log.lastDecree()).isEqualTo(6);
            log.append(List.of(mutation(7, 2)), false, new Outcome());
            assertThat(values(log.read(6, 1 << 20))).containsExactly("6@1", "7@2");
        }
    }

    @Test
    void aGapIsRefused() {
        try (MutationLog log = open()) {
            assertThatThrownBy(() -> log.append(List.of(mutation(2, 1)), false, new Outcome()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("decree 2 is appended, expected 1");
            assertThatThrownBy(() -> log.append(List.of(mutation(1, 1), mutation(3, 1)), false, new Outcome()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(log.lastDecree()).isZero();
        }
    }

    @Test
    void truncationGivesBackWholeSegmentsOnly() {
        append(1, 30);
        List<String> before = segments();
        try (MutationLog log = open()) {
            log.truncateBefore(16);
            assertThat(log.firstDecree()).isBetween(2L, 16L);
            assertThat(log.lastDecree()).isEqualTo(30);
            long first = log.firstDecree();
            log.truncateBefore(16);
            log.truncateBefore(1);
            assertThat(log.firstDecree()).isEqualTo(first);
        }
        assertThat(segments()).hasSizeLessThan(before.size());
        try (MutationLog log = open()) {
            assertThat(decrees(log.read(log.firstDecree(), 1 << 20)))
                    .containsExactlyElementsOf(LongStream.rangeClosed(log.firstDecree(), 30)
                            .boxed()
                            .toList());
            log.truncateBefore(100);
            assertThat(log.lastDecree()).isEqualTo(30);
            log.append(List.of(mutation(31, 1)), false, new Outcome());
        }
        try (MutationLog log = open()) {
            assertThat(log.lastDecree()).isEqualTo(31);
        }
        assertThat(segments()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void goesOnBehindTheEngineWhenItIsAhead() {
        append(1, 10);
        try (MutationLog log = open()) {
            log.restartAfter(100);
            assertThat(log.firstDecree()).isEqualTo(101);
            assertThat(log.lastDecree()).isEqualTo(100);
        }
        try (MutationLog log = open()) {
            assertThat(log.firstDecree()).isEqualTo(101);
            assertThat(log.lastDecree()).isEqualTo(100);
            log.append(List.of(mutation(101, 3)), false, new Outcome());
        }
        try (MutationLog log = open()) {
            assertThat(values(log.read(101, 100))).containsExactly("101@3");
            assertThat(log.read(5, 100)).isEmpty();
        }
        assertThat(segments()).hasSize(1);
    }

    @Test
    void aTornTailIsCut() throws IOException {
        append(1, 3);
        Path segment = lastSegment();
        long size = files().size(segment);
        for (long cut = size - 1; cut > size - 30; cut--) {
            try (FileSystem.File file = files().open(segment)) {
                file.truncate(cut);
            }
            try (MutationLog log = open()) {
                assertThat(log.lastDecree()).isEqualTo(2);
                log.append(List.of(mutation(3, 1)), false, new Outcome());
            }
            try (MutationLog log = open()) {
                assertThat(log.lastDecree()).isEqualTo(3);
            }
        }
    }

    @Test
    void aTailOfRubbishIsCutAndLeavesNothingBehind() throws IOException {
        append(1, 3);
        Path segment = lastSegment();
        try (FileSystem.File file = files().open(segment)) {
            file.write(
                    ByteBuffer.allocate(100).putInt(SegmentFormat.RECORD_MARKER).rewind(), file.size());
        }
        long size = files().size(segment);
        try (MutationLog log = open()) {
            assertThat(log.lastDecree()).isEqualTo(3);
        }
        assertThat(files().size(segment)).isEqualTo(size - 100);
    }

    @Test
    void aNewSegmentWithATornHeaderIsTakenAway() throws IOException {
        append(1, 3);
        Path torn = directory().resolve(SegmentFormat.fileName(2));
        try (FileSystem.File file = files().create(torn)) {
            file.write(ByteBuffer.allocate(20), 0);
        }
        try (MutationLog log = open()) {
            assertThat(log.lastDecree()).isEqualTo(3);
        }
        assertThat(files().exists(torn)).isFalse();
    }

    @Test
    void damageBeforeTheEndOfASegmentIsNamed() throws IOException {
        append(1, 3);
        Path segment = lastSegment();
        flip(segment, SegmentFormat.HEADER_BYTES + 20);
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining(segment + " is damaged at offset " + SegmentFormat.HEADER_BYTES);
        assertThat(files().size(segment)).isPositive();
    }

    @Test
    void aTornTailInAnOlderSegmentIsDamage() throws IOException {
        append(1, 20);
        Path segment = directory().resolve(segments().get(0));
        try (FileSystem.File file = files().open(segment)) {
            file.truncate(file.size() - 1);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining(segment + " is damaged at offset");
    }

    @Test
    void damageOfALastHeaderIsNotMistakenForACrash() throws IOException {
        append(1, 3);
        flip(lastSegment(), 20);
        assertThatThrownBy(this::open).isInstanceOf(LogException.class).hasMessageContaining("offset 0");
    }

    @Test
    void aMissingSegmentIsNamed() throws IOException {
        append(1, 20);
        files().delete(directory().resolve(segments().get(1)));
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining("follows segment 1, expected segment 2");
    }

    @Test
    void aNewerFormatIsRefusedByName() throws IOException {
        append(1, 3);
        try (FileSystem.File file = files().open(lastSegment())) {
            file.write(ByteBuffer.allocate(4).putInt(2).flip(), 8);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining("log format 2, this version reads up to 1");
    }

    @Test
    void bytesOfARecordInsideAValueAreNoRecord() throws IOException {
        append(1, 2);
        byte[] inner;
        try (FileSystem.File file = files().openForRead(lastSegment())) {
            ByteBuffer all = ByteBuffer.allocate((int) file.size());
            file.read(all, 0);
            inner = all.array();
        }
        try (MutationLog log = open()) {
            RowChange row = new RowChange(new byte[] {1}, inner);
            log.append(List.of(new Mutation(3, new Ballot(1), 0, new Rows(List.of(row)))), false, new Outcome());
        }
        try (FileSystem.File file = files().open(lastSegment())) {
            file.truncate(file.size() - 1);
        }
        try (MutationLog log = open()) {
            assertThat(log.lastDecree()).isEqualTo(2);
        }
    }

    final MutationLog open() {
        return SegmentedMutationLog.open(files(), directory(), SMALL_SEGMENTS, Runnable::run);
    }

    final void append(long first, long last) {
        try (MutationLog log = open()) {
            for (long decree = first; decree <= last; decree++) {
                Outcome outcome = new Outcome();
                log.append(List.of(mutation(decree, 1)), false, outcome);
                assertThat(outcome.written).isEqualTo(1);
            }
        }
    }

    final List<String> segments() {
        try {
            return files().list(directory());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    final Path lastSegment() {
        List<String> segments = segments();
        return directory().resolve(segments.get(segments.size() - 1));
    }

    private void flip(Path segment, int offset) throws IOException {
        try (FileSystem.File file = files().open(segment)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 1));
            file.write(one.rewind(), offset);
        }
    }

    static Mutation mutation(long decree, long ballot) {
        RowChange row = new RowChange(
                "key".getBytes(StandardCharsets.UTF_8), (decree + "@" + ballot).getBytes(StandardCharsets.UTF_8));
        return new Mutation(decree, new Ballot(ballot), 5, new Rows(List.of(row)));
    }

    static List<Long> decrees(List<Mutation> mutations) {
        return mutations.stream().map(Mutation::decree).toList();
    }

    static List<String> values(List<Mutation> mutations) {
        List<String> values = new ArrayList<>();
        for (Mutation mutation : mutations) {
            byte[] value = ((Rows) mutation.change()).rows().get(0).value();
            values.add(value == null ? "removed" : new String(value, StandardCharsets.UTF_8));
        }
        return values;
    }

    /** How appends ended. */
    static class Outcome implements MutationLog.Completion {
        boolean ended;
        int written;

        @Nullable
        LogException error;

        @Override
        public void onWritten() {
            ended = true;
            written++;
        }

        @Override
        public void onFailed(LogException failure) {
            ended = true;
            error = failure;
        }
    }
}
