package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Engine and log of a replica, opened, the log replayed as far as it is known to be committed.
 *
 * @param uncommitted what the log holds behind it
 */
record OpenedReplica(Engine engine, MutationLog log, List<Mutation> uncommitted) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedReplica.class);
    private static final int READ_BYTES = 4 << 20;

    OpenedReplica {
        uncommitted = List.copyOf(uncommitted);
    }

    /** Blocks. */
    static OpenedReplica open(ReplicaServices services, ReplicaDirectory directory, Gpid gpid) throws IOException {
        directory.recover();
        Engine engine = services.engines().open(directory.engine(), directory.allowsBehind());
        MutationLog log;
        try {
            log = services.logs().apply(directory.log());
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
        try {
            long found = engine.appliedDecree();
            if (log.lastDecree() < found || log.firstDecree() > found + 1) {
                LOG.info(
                        "{}: the log ({} to {}) does not reach the engine at {}: it starts anew there",
                        gpid,
                        log.firstDecree(),
                        log.lastDecree(),
                        found);
                log.restartAfter(found);
            }
            List<Mutation> uncommitted = replay(engine, log, committed(gpid, directory.readCommitted(), log));
            LOG.info(
                    "{}: opened at {}, replayed to {}, {} mutations behind it",
                    gpid,
                    found,
                    engine.appliedDecree(),
                    uncommitted.size());
            return new OpenedReplica(engine, log, uncommitted);
        } catch (RuntimeException | IOException e) {
            log.close();
            engine.close();
            throw e;
        }
    }

    /**
     * How far the log is known to be committed. The hint may have reached the disk before what it speaks of; then the log may
     * hold what was replaced since, there and before, so that nothing of it is known.
     */
    static long committed(Gpid gpid, @Nullable CommitHint hint, MutationLog log) {
        if (hint == null || hint.decree() < log.firstDecree()) {
            return 0;
        }
        if (hint.decree() <= log.lastDecree()
                && hint.equals(CommitHint.of(log.read(hint.decree(), 1).get(0)))) {
            return hint.decree();
        }
        LOG.info("{}: the log to {} does not hold {}: nothing of it is replayed", gpid, log.lastDecree(), hint);
        return 0;
    }

    /** A publish that is not in the engine ends the replay: its files are the loads' business, once they are attached. */
    private static List<Mutation> replay(Engine engine, MutationLog log, long committed) {
        List<Mutation> behind = new ArrayList<>();
        long next = engine.appliedDecree() + 1;
        boolean applying = true;
        while (next <= log.lastDecree()) {
            for (Mutation mutation : log.read(next, READ_BYTES)) {
                applying &= mutation.decree() <= committed && canReplay(engine, mutation);
                if (applying) {
                    apply(engine, mutation);
                } else {
                    behind.add(mutation);
                }
                next = mutation.decree() + 1;
            }
        }
        return behind;
    }

    private static boolean canReplay(Engine engine, Mutation mutation) {
        return !(mutation.change() instanceof Publish publish) || engine.publishedLoadId() >= publish.loadId();
    }

    private static void apply(Engine engine, Mutation mutation) {
        if (mutation.change() instanceof Publish publish) {
            engine.publish(mutation.decree(), publish, List.of());
        } else {
            engine.apply(mutation.decree(), mutation.change() instanceof Rows rows ? rows.rows() : List.of());
        }
    }
}
