package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.HostPort;
import dev.sluice.common.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from the member that comes before this one in the relay of its group, as its place changes. A place
 * where nothing moves for some time, or nobody answers, is given up for as long as this lasts: the store has everything.
 */
public final class GroupRelay implements Relay {
    /** So long a member may stand still, and the place in the relay be unknown, before the store is asked. */
    public static final long PATIENCE_MS = 2_000;

    private static final long NAP_MS_MIN = 1;
    private static final long NAP_MS_MAX = 16;
    private static final Logger LOG = LoggerFactory.getLogger(GroupRelay.class);

    private final Supplier<RelayPlace> place;
    private final Transport transport;
    private final Clock clock;
    private final long patienceMs;
    private final Set<RelayPlace> givenUp = ConcurrentHashMap.newKeySet();

    /** Asks a member for a part of what it has; blocks. */
    public interface Transport {
        StagedCopy.Part ask(HostPort member, SstFile file, long offset, int lengthMax) throws IOException;
    }

    /** @param place as the primary said it last; any thread asks */
    public GroupRelay(Supplier<RelayPlace> place, Transport transport, Clock clock, long patienceMs) {
        this.place = place;
        this.transport = transport;
        this.clock = clock;
        this.patienceMs = patienceMs;
    }

    @Override
    public Optional<ByteBuffer> read(SstFile file, long offset, int lengthMax, StopSignal stop)
            throws StoppedException {
        return await(file, offset, lengthMax, part -> part.content().hasRemaining(), stop)
                .map(StagedCopy.Part::content);
    }

    @Override
    public OptionalLong findChecksum(SstFile file, StopSignal stop) throws StoppedException {
        return await(file, file.size(), 0, StagedCopy.Part::isRight, stop)
                .map(StagedCopy.Part::crc32c)
                .orElse(OptionalLong.empty());
    }

    private Optional<StagedCopy.Part> await(
            SstFile file, long offset, int lengthMax, Predicate<StagedCopy.Part> isEnough, StopSignal stop)
            throws StoppedException {
        RelayPlace before = RelayPlace.STORE;
        long movedAtMs = clock.nowMs();
        long bytesMoved = -1;
        long napMs = NAP_MS_MIN;
        while (true) {
            stop.throwIfStopped();
            RelayPlace now = place.get();
            if (now instanceof RelayPlace.Store || givenUp.contains(now)) {
                return Optional.empty();
            }
            if (!now.equals(before)) {
                before = now;
                movedAtMs = clock.nowMs();
                bytesMoved = -1;
            }
            String failure = "";
            if (now instanceof RelayPlace.Behind behind) {
                try {
                    StagedCopy.Part part = transport.ask(behind.member(), file, offset, lengthMax);
                    if (isEnough.test(part)) {
                        return Optional.of(part);
                    }
                    if (part.bytesMoved() != bytesMoved) {
                        bytesMoved = part.bytesMoved();
                        movedAtMs = clock.nowMs();
                    }
                } catch (IOException | RuntimeException e) {
                    // What another member answers, be it what it may, is no failure of this node.
                    failure = ": " + e.getMessage();
                }
            }
            if (clock.nowMs() - movedAtMs >= patienceMs) {
                LOG.info("{} at {}: the relay is given up at {}{}", file.name(), offset, now, failure);
                givenUp.add(now);
                return Optional.empty();
            }
            stop.sleep(napMs);
            napMs = Math.min(NAP_MS_MAX, 2 * napMs);
        }
    }
}
