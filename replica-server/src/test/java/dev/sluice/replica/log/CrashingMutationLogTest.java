package dev.sluice.replica.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CrashingMutationLogTest extends MutationLogContract {
    private final CrashableFileSystem files = new CrashableFileSystem();

    @BeforeEach
    void makeParent() throws IOException {
        files.createDirectories(Path.of("/replica"));
        files.syncDirectory(Path.of("/"));
    }

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return Path.of("/replica/log");
    }

    @Test
    void whatWasFsyncedSurvivesLossOfPower() {
        MutationLog log = open();
        log.append(List.of(mutation(1, 1)), false, new Outcome());
        log.append(List.of(mutation(2, 1)), true, new Outcome());
        log.append(List.of(mutation(3, 1)), false, new Outcome());
        files.crash();
        try (MutationLog reopened = open()) {
            assertThat(reopened.lastDecree()).isEqualTo(2);
        }
    }

    @Test
    void anFsyncCoversOlderSegmentsToo() {
        MutationLog log = open();
        for (long decree = 1; decree <= 19; decree++) {
            log.append(List.of(mutation(decree, 1)), false, new Outcome());
        }
        log.append(List.of(mutation(20, 1)), true, new Outcome());
        files.crash();
        try (MutationLog reopened = open()) {
            assertThat(values(reopened.read(1, 1 << 20))).hasSize(20);
        }
    }

    @Test
    void segmentsGoOnlyOnceWhatStandsInForTheirRecordsIsOnTheDisk() {
        try (MutationLog log = open()) {
            for (long decree = 1; decree <= 20; decree++) {
                log.append(List.of(mutation(decree, 1)), true, new Outcome());
            }
            // A new primary sends the last ones again; they land in younger segments.
            for (long decree = 11; decree <= 20; decree++) {
                log.append(List.of(mutation(decree, 2)), false, new Outcome());
            }
            log.truncateBefore(11);
            files.crash();
        }
        try (MutationLog reopened = open()) {
            assertThat(reopened.firstDecree()).isLessThanOrEqualTo(11);
            assertThat(reopened.lastDecree()).isEqualTo(20);
        }
    }

    @Test
    void aRestartBehindTheEngineSurvivesACrashBetweenAnyTwoSteps() throws IOException {
        for (int stepsUntilCrash = 0; stepsUntilCrash < 12; stepsUntilCrash++) {
            files.deleteTree(directory());
            append(1, 20);
            MutationLog log = open();
            log.append(List.of(mutation(21, 1)), true, new Outcome());
            failAfter(stepsUntilCrash);
            log.restartAfter(100);
            files.setFault((operation, path) -> {});
            files.crash(new Random(stepsUntilCrash));
            try (MutationLog reopened = open()) {
                assertThat(reopened.lastDecree()).isIn(21L, 100L);
            }
        }
    }

    @Test
    void aLogThatFailedIsUsableOnceItBeginsAnew() throws IOException {
        MutationLog log = open();
        log.append(List.of(mutation(1, 1)), true, new Outcome());
        failAfter(0);
        Outcome failed = new Outcome();
        log.append(List.of(mutation(2, 1)), true, failed);
        assertThat(failed.error).isNotNull();
        files.setFault((operation, path) -> {});
        assertThatThrownBy(() -> log.append(List.of(mutation(3, 1)), true, new Outcome()))
                .isInstanceOf(LogException.class);
        log.restartAfter(100);
        Outcome written = new Outcome();
        log.append(List.of(mutation(101, 2)), true, written);
        assertThat(written.written).isOne();
        files.crash();
        try (MutationLog reopened = open()) {
            assertThat(reopened.firstDecree()).isEqualTo(101);
            assertThat(reopened.lastDecree()).isEqualTo(101);
        }
    }

    @Test
    void aTruncationThatIsCutShortLeavesNoHole() throws IOException {
        for (int stepsUntilCrash = 0; stepsUntilCrash < 12; stepsUntilCrash++) {
            files.deleteTree(directory());
            append(1, 40);
            MutationLog log = open();
            log.append(List.of(mutation(41, 1)), true, new Outcome());
            failAfter(stepsUntilCrash);
            log.truncateBefore(35);
            files.setFault((operation, path) -> {});
            files.crash(new Random(stepsUntilCrash));
            try (MutationLog reopened = open()) {
                assertThat(reopened.firstDecree()).isLessThanOrEqualTo(35);
                assertThat(decrees(reopened.read(35, 1 << 20))).startsWith(35L).endsWith(41L);
            }
        }
    }

    @Test
    void anErrorOfTheDiskFailsTheAppendAndAllAfterIt() {
        try (MutationLog log = open()) {
            log.append(List.of(mutation(1, 1)), false, new Outcome());
            files.setFault((operation, path) -> {
                if (operation == Operation.WRITE) {
                    throw new IOException("disk on fire");
                }
            });
            Outcome outcome = new Outcome();
            log.append(List.of(mutation(2, 1)), false, outcome);
            files.setFault((operation, path) -> {});
            assertThat(outcome.written).isZero();
            assertThat(outcome.error).hasMessageContaining("disk on fire");
            assertThatThrownBy(() -> log.append(List.of(mutation(3, 1)), false, new Outcome()))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("disk on fire");
        }
        try (MutationLog reopened = open()) {
            assertThat(reopened.lastDecree()).isEqualTo(1);
        }
    }

    @Test
    void aFullDiskIsSaid() {
        try (MutationLog log = open()) {
            files.setCapacityBytes(60);
            Outcome outcome = new Outcome();
            log.append(List.of(mutation(1, 1)), true, outcome);
            assertThat(outcome.error).hasMessageContaining("No space left on device");
        }
    }

    private void failAfter(int steps) {
        int[] left = {steps};
        files.setFault((operation, path) -> {
            if (left[0]-- <= 0) {
                throw new IOException("power is lost");
            }
        });
    }
}
