package dev.sluice.replica.learn;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.Engine;
import dev.sluice.wire.internal.LearnFile;
import dev.sluice.wire.internal.LearnFileReply;
import dev.sluice.wire.internal.LearnFileRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of this node that learners are fetching. One that nobody asked for during five minutes is deleted. Safe for
 * use by several threads.
 */
public final class CheckpointShelf {
    /** Most bytes that one chunk carries. */
    static final int CHUNK_BYTES_MAX = 4 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointShelf.class);
    private static final long IDLE_MS_MAX = 300_000;

    private final FileSystem files;
    private final Clock clock;
    private final Throttle throttle;
    private final Map<Long, Shelved> shelved = new TreeMap<>();
    private long lastId;

    public CheckpointShelf(FileSystem files, Clock clock, Throttle throttle) {
        this.files = files;
        this.clock = clock;
        this.throttle = throttle;
        this.lastId = clock.wallMs();
    }

    /**
     * What a learner is told of a checkpoint.
     *
     * @param decree at which it stands
     */
    public record Contents(long id, List<LearnFile> files, long decree) {
        public Contents {
            files = List.copyOf(files);
        }
    }

    /**
     * Takes a checkpoint of an engine for a learner, into a directory of its own below {@code parent}; one that the learner
     * had before is given up. Blocks.
     */
    public Contents take(Gpid gpid, HostPort learner, Engine engine, Path parent) throws IOException {
        endOthers(gpid, learner);
        long id;
        synchronized (this) {
            id = ++lastId;
        }
        files.createDirectories(parent);
        Path directory = parent.resolve(Long.toString(id));
        long decree = engine.checkpoint(directory);
        List<LearnFile> contents = new ArrayList<>();
        for (String name : files.list(directory)) {
            Path path = directory.resolve(name);
            if (!files.isDirectory(path)) {
                contents.add(new LearnFile(name, files.size(path), FileChecksum.of(files, path)));
            }
        }
        synchronized (this) {
            shelved.put(id, new Shelved(gpid, learner, directory, contents, clock.nowMs()));
        }
        return new Contents(id, contents, decree);
    }

    /** Reads a chunk. Blocks. */
    public LearnFileReply read(LearnFileRequest request) {
        Shelved found;
        synchronized (this) {
            found = shelved.get(request.getCheckpointId());
            if (found != null) {
                found.usedAtMs = clock.nowMs();
            }
        }
        LearnFileReply reply = new LearnFileReply();
        boolean known = found != null
                && found.gpid.equals(Wire.gpid(request.getGpid()))
                && found.contents.stream().anyMatch(file -> file.getName().equals(request.getName()));
        if (found == null || !known || request.getOffset() < 0 || request.getLength() < 1) {
            return reply.setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND)).setContent(new byte[0]);
        }
        try {
            ByteBuffer chunk = ByteBuffer.allocate(Math.min(request.getLength(), CHUNK_BYTES_MAX));
            throttle.acquire(chunk.capacity());
            try (FileSystem.File file = files.openForRead(found.directory.resolve(request.getName()))) {
                file.read(chunk, request.getOffset());
            }
            byte[] content = new byte[chunk.position()];
            chunk.flip().get(content);
            return reply.setErr(Wire.error(ErrorCode.ERR_OK))
                    .setContent(content)
                    .setCrc32c(FileChecksum.of(content));
        } catch (IOException e) {
            LOG.warn(
                    "{}: cannot read {} of checkpoint {}", found.gpid, request.getName(), request.getCheckpointId(), e);
            return reply.setErr(Wire.error(ErrorCode.ERR_FILE_OPERATION_FAILED)).setContent(new byte[0]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return reply.setErr(Wire.error(ErrorCode.ERR_BUSY)).setContent(new byte[0]);
        }
    }

    /** Gives a checkpoint up. Blocks. */
    public void end(long id) {
        Shelved ended;
        synchronized (this) {
            ended = shelved.remove(id);
        }
        if (ended != null) {
            delete(ended);
        }
    }

    /** Gives up what nobody fetches any more. Blocks. */
    public void expire() {
        long nowMs = clock.nowMs();
        endAll(each -> nowMs - each.usedAtMs > IDLE_MS_MAX);
    }

    private void endOthers(Gpid gpid, HostPort learner) {
        endAll(each -> each.gpid.equals(gpid) && each.learner.equals(learner));
    }

    private void endAll(Predicate<Shelved> which) {
        List<Shelved> ended = new ArrayList<>();
        synchronized (this) {
            shelved.values().removeIf(each -> {
                boolean ends = which.test(each);
                if (ends) {
                    ended.add(each);
                }
                return ends;
            });
        }
        ended.forEach(this::delete);
    }

    private void delete(Shelved ended) {
        try {
            files.deleteTree(ended.directory);
        } catch (IOException e) {
            LOG.warn("{}: cannot delete the checkpoint {}; the next start does", ended.gpid, ended.directory, e);
        }
    }

    private static final class Shelved {
        private final Gpid gpid;
        private final HostPort learner;
        private final Path directory;
        private final List<LearnFile> contents;
        private long usedAtMs;

        private Shelved(Gpid gpid, HostPort learner, Path directory, List<LearnFile> contents, long usedAtMs) {
            this.gpid = gpid;
            this.learner = learner;
            this.directory = directory;
            this.contents = contents;
            this.usedAtMs = usedAtMs;
        }
    }
}
