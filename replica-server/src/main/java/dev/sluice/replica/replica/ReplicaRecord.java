package dev.sluice.replica.replica;

import dev.sluice.common.Ballot;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.replication.History;
import dev.sluice.wire.internal.AppDescription;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps up to date what a replica's directory says of it: app and ballot, and how far the log is committed. */
final class ReplicaRecord {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaRecord.class);
    private static final long HINT_MS = 1_000;

    private final ReplicaDirectory directory;
    private final Executor maintenance;
    private volatile ReplicaDirectory.Identity identity;
    private long hintWritten = -1;
    private long hintAtMs;

    ReplicaRecord(ReplicaDirectory directory, ReplicaDirectory.Identity identity, Executor maintenance) {
        this.directory = directory;
        this.identity = identity;
        this.maintenance = maintenance;
    }

    /** The newest, on the disk or on its way there. */
    ReplicaDirectory.Identity identity() {
        return identity;
    }

    void save(AppDescription app, Ballot ballot) {
        ReplicaDirectory.Identity now =
                new ReplicaDirectory.Identity(identity.clusterId(), identity.gpid(), app, ballot);
        if (now.equals(identity)) {
            return;
        }
        identity = now;
        maintenance.execute(() -> {
            // The pool has several threads: without the lock an older ballot could be written last.
            synchronized (directory) {
                try {
                    directory.write(identity);
                } catch (IOException e) {
                    LOG.warn("{}: cannot write replica.json", identity.gpid(), e);
                }
            }
        });
    }

    void onTick(long nowMs, EngineSlot slot, History history) {
        if (nowMs - hintAtMs >= HINT_MS) {
            hintAtMs = nowMs;
            saveHint(slot, history);
        }
    }

    void saveHint(EngineSlot slot, History history) {
        long applied = slot.isVacant() ? -1 : slot.appliedDecree();
        @Nullable Mutation last = history.find(applied);
        if (applied > hintWritten && last != null) {
            try {
                directory.writeCommitted(CommitHint.of(last));
                hintWritten = applied;
            } catch (IOException e) {
                LOG.warn("{}: cannot write the commit hint", identity.gpid(), e);
            }
        }
    }

    /** The engine was replaced, and may stand at an earlier decree. */
    void forgetHint() {
        hintWritten = -1;
    }
}
