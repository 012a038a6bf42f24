package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a download gets bytes from another member of its group instead of the store. Calls block, and come from several
 * threads. Where it has nothing to give, the download reads the store, from where it stands.
 */
public interface Relay {
    /** Whoever has none reads the store. */
    Relay NONE = new Relay() {
        @Override
        public Optional<ByteBuffer> read(SstFile file, long offset, int lengthMax, StopSignal stop) {
            return Optional.empty();
        }

        @Override
        public OptionalLong findChecksum(SstFile file, StopSignal stop) {
            return OptionalLong.empty();
        }
    };

    /**
     * The next bytes of a file, at least one; waits while the other member is about to have them. Empty if they are to come
     * from the store.
     */
    Optional<ByteBuffer> read(SstFile file, long offset, int lengthMax, StopSignal stop) throws StoppedException;

    /**
     * CRC32C of the whole file, by a member that has it and found that it is what the manifest says; waits for that.
     * Empty if nobody can tell: then the checksum of the manifest has to be compared.
     */
    OptionalLong findChecksum(SstFile file, StopSignal stop) throws StoppedException;
}
