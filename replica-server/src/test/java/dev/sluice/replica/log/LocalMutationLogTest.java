package dev.sluice.replica.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalMutationLogTest extends MutationLogContract {
    private final FileSystem files = new LocalFileSystem();

    @TempDir
    Path parent;

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return parent.resolve("log");
    }

    @Test
    void logsOfANodeShareOneThreadAndCompleteInOrder() {
        List<Long> endedDecrees = Collections.synchronizedList(new ArrayList<>());
        try (LogWriter writer = new LogWriter("log-writer");
                MutationLog one = SegmentedMutationLog.open(files, parent.resolve("1"), SMALL_SEGMENTS, writer);
                MutationLog other = SegmentedMutationLog.open(files, parent.resolve("2"), SMALL_SEGMENTS, writer)) {
            for (long decree = 1; decree <= 200; decree++) {
                long appended = decree;
                one.append(List.of(mutation(decree, 1)), decree % 10 == 0, new Outcome() {
                    @Override
                    public void onWritten() {
                        endedDecrees.add(appended);
                    }
                });
                other.append(List.of(mutation(decree, 2)), false, new Outcome());
            }
        }
        assertThat(endedDecrees).hasSize(200).isSorted();
        try (MutationLog other = SegmentedMutationLog.open(files, parent.resolve("2"), SMALL_SEGMENTS, Runnable::run)) {
            assertThat(other.lastDecree()).isEqualTo(200);
            assertThat(values(other.read(200, 1))).containsExactly("200@2");
        }
    }
}
