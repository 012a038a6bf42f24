package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.replication.LearnAnswer;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a fetched checkpoint in the place of a replica's engine, and begins the log anew behind it. */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);
    private static final long RETRY_MS = 100;
    /** A batch of a scan takes up to 5 s, and no read takes longer. */
    private static final long READERS_MS_MAX = 30_000;

    private final ReplicaServices services;
    private final Gpid gpid;
    private final EventLoop loop;
    private final ReplicaDirectory directory;
    private final EngineSlot slot;
    private final MutationLog log;
    private final Applier applier;
    private final Flusher flusher;
    private final RoleHost replica;
    private final Consumer<Engine> onInstalled;
    private boolean underWay;

    /** @param onInstalled hears of the new engine before the role does */
    Installer(
            ReplicaServices services,
            Gpid gpid,
            EventLoop loop,
            ReplicaDirectory directory,
            EngineSlot slot,
            MutationLog log,
            Applier applier,
            Flusher flusher,
            RoleHost replica,
            Consumer<Engine> onInstalled) {
        this.services = services;
        this.gpid = gpid;
        this.loop = loop;
        this.directory = directory;
        this.slot = slot;
        this.log = log;
        this.applier = applier;
        this.flusher = flusher;
        this.replica = replica;
        this.onInstalled = onInstalled;
    }

    /** Installs what was fetched, if that lesson is still wanted. */
    void install(long learnId) {
        if (replica.isClosed() || underWay || !replica.role().awaitsLesson(learnId)) {
            return;
        }
        if (applier.isPublishing() || flusher.isBusy()) {
            loop.schedule(RETRY_MS, () -> install(learnId));
            return;
        }
        applier.stop();
        slot.vacate();
        underWay = true;
        Engine old = slot.engine();
        services.maintenance().execute(() -> {
            Engine opened = null;
            String failure = "";
            try {
                old.close();
                awaitReaders(old);
                directory.announceEngine();
                directory.replaceEngine();
                opened = services.engines().open(directory.engine(), directory.allowsBehind());
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: the checkpoint cannot be installed", gpid, e);
                failure = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                failure = "was given up";
            }
            Engine installed = opened;
            String result = failure;
            loop.execute(() -> installed(learnId, installed, result));
        });
    }

    /** Until nobody uses a closed engine: its background work would go on in the files that take its place. */
    private void awaitReaders(Engine old) throws IOException, InterruptedException {
        for (long waitedMs = 0; waitedMs < READERS_MS_MAX; waitedMs += RETRY_MS) {
            // Again each time: a scan that was in the middle of a batch has been put back since.
            services.endReaders().accept(gpid);
            if (old.awaitClosed(RETRY_MS)) {
                return;
            }
        }
        throw new IOException("the engine is still being read after " + READERS_MS_MAX + " ms");
    }

    private void installed(long learnId, @Nullable Engine opened, String failure) {
        underWay = false;
        if (opened == null) {
            replica.fail("the checkpoint cannot be installed: " + failure);
            return;
        }
        slot.fill(opened);
        if (replica.isClosed()) {
            opened.close();
            return;
        }
        applier.restartWith(opened);
        try {
            log.restartAfter(opened.appliedDecree());
        } catch (LogException e) {
            replica.fail("the log cannot begin anew: " + e.getMessage());
            return;
        }
        onInstalled.accept(opened);
        replica.perform(
                replica.role().onLearned(learnId, new LearnAnswer.Installed(opened.appliedDecree()), loop.nowMs()));
    }
}
