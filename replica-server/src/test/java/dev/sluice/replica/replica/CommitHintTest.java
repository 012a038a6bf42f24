package dev.sluice.replica.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.log.SegmentedMutationLog;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far a log is replayed after the hint and the log came back from a loss of power, each as it reached the disk. */
class CommitHintTest {
    private static final Gpid GPID = new Gpid(1, 0);
    private static final Path PATH = Path.of("/replica");

    private final CrashableFileSystem files = new CrashableFileSystem();
    private final ReplicaDirectory directory = new ReplicaDirectory(files, PATH);

    @BeforeEach
    void makeDirectory() throws IOException {
        files.createDirectories(PATH);
    }

    @Test
    void aLogThatHoldsTheHintedMutationIsCommittedUpToIt() throws IOException {
        directory.writeCommitted(CommitHint.of(mutation(2, 1, 20)));
        assertThat(committed(mutation(1, 1, 10), mutation(2, 1, 20), mutation(3, 1, 30)))
                .isEqualTo(2);
    }

    @Test
    void aLogThatLostTheHintedMutationIsNotKnownToBeCommitted() throws IOException {
        directory.writeCommitted(CommitHint.of(mutation(2, 2, 21)));
        assertThat(committed(mutation(1, 1, 10), mutation(2, 1, 20))).isZero();
        directory.writeCommitted(CommitHint.of(mutation(2, 1, 21)));
        assertThat(committed(mutation(1, 1, 10), mutation(2, 1, 20))).isZero();
        directory.writeCommitted(CommitHint.of(mutation(3, 2, 30)));
        assertThat(committed(mutation(1, 1, 10), mutation(2, 1, 20))).isZero();
    }

    @Test
    void aHintOfAnotherFormatIsNone() throws IOException {
        try (var file = files.create(PATH.resolve("committed"))) {
            file.write(ByteBuffer.allocate(16), 0);
        }
        assertThat(directory.readCommitted()).isNull();
        CommitHint hint = new CommitHint(7, 3, 70);
        directory.writeCommitted(hint);
        assertThat(directory.readCommitted()).isEqualTo(hint);
    }

    private long committed(Mutation... mutations) throws IOException {
        files.deleteTree(directory.log());
        try (MutationLog log = SegmentedMutationLog.open(files, directory.log(), LogOptions.DEFAULT, Runnable::run)) {
            log.append(List.of(mutations), false, new MutationLog.Completion() {
                @Override
                public void onWritten() {}

                @Override
                public void onFailed(LogException error) {
                    throw error;
                }
            });
            return OpenedReplica.committed(GPID, directory.readCommitted(), log);
        }
    }

    private static Mutation mutation(long decree, long ballot, long timestampUs) {
        return new Mutation(decree, new Ballot(ballot), timestampUs, new Rows(List.of()));
    }
}
