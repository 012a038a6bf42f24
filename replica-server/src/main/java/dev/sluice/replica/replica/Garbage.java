package dev.sluice.replica.replica;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.time.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts directories of replicas out of the way: renamed at once, deleted after a delay. The name says when it was renamed, so
 * that a restart goes on waiting where the last run was.
 */
final class Garbage {
    private static final Logger LOG = LoggerFactory.getLogger(Garbage.class);

    /** What could not be deleted is tried again after this time. */
    private static final long RETRY_MS = 10_000;

    private final FileSystem files;
    private final EventLoop control;
    private final Executor maintenance;
    private final long givenUpDelayMs;
    private final long damagedDelayMs;

    /** Why a directory is out of the way. */
    enum Kind {
        /** The leader said so. */
        GIVEN_UP(".gar"),
        /** It is damaged, and another took its place. */
        DAMAGED(".err");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    Garbage(FileSystem files, EventLoop control, Executor maintenance, long givenUpDelayMs, long damagedDelayMs) {
        this.files = files;
        this.control = control;
        this.maintenance = maintenance;
        this.givenUpDelayMs = givenUpDelayMs;
        this.damagedDelayMs = damagedDelayMs;
    }

    /** Renames a replica's directory, which nobody uses any more. Blocks. */
    void moveAside(Path replica, Kind kind) throws IOException {
        Path parent = java.util.Objects.requireNonNull(replica.getParent(), "a replica lies in a data directory");
        Path aside = parent.resolve(replica.getFileName() + "." + control.wallMs() + kind.suffix);
        files.rename(replica, aside);
        files.syncDirectory(parent);
        LOG.info("{} is renamed to {}, to be deleted in {} s", replica, aside, delayMs(kind) / 1000);
        deleteLater(aside, delayMs(kind));
    }

    /** True if that is one that was put out of the way; it is deleted when its time has come. */
    boolean isGarbage(Path path) {
        String name = String.valueOf(path.getFileName());
        for (Kind kind : Kind.values()) {
            if (name.endsWith(kind.suffix)) {
                long sinceMs = renamedAtMs(name.substring(0, name.length() - kind.suffix.length()));
                long waitedMs = Math.max(0, control.wallMs() - sinceMs);
                deleteLater(path, Math.max(0, delayMs(kind) - waitedMs));
                return true;
            }
        }
        return false;
    }

    private long delayMs(Kind kind) {
        return kind == Kind.GIVEN_UP ? givenUpDelayMs : damagedDelayMs;
    }

    /** A name without a time counts from now on. */
    private long renamedAtMs(String name) {
        try {
            return Long.parseLong(name.substring(name.lastIndexOf('.') + 1));
        } catch (NumberFormatException e) {
            LOG.debug("{} does not say when it was renamed", name, e);
            return control.wallMs();
        }
    }

    private void deleteLater(Path garbage, long inMs) {
        control.schedule(
                inMs,
                () -> maintenance.execute(() -> {
                    try {
                        files.deleteTree(garbage);
                        LOG.info("{} is deleted", garbage);
                    } catch (IOException e) {
                        LOG.warn("{} cannot be deleted yet", garbage, e);
                        control.execute(() -> deleteLater(garbage, RETRY_MS));
                    }
                }));
    }
}
