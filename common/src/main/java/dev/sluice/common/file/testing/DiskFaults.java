package dev.sluice.common.file.testing;

import dev.sluice.common.file.testing.CrashableFileSystem.Fault;
import dev.sluice.common.file.testing.CrashableFileSystem.Operation;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Faults of disks, for {@link CrashableFileSystem#setFault}: a directory and all below it cannot be read, cannot be written, or
 * only so many bytes more. Safe for use by several threads.
 */
public final class DiskFaults implements Fault {
    private static final Set<Operation> WRITES = EnumSet.complementOf(EnumSet.of(Operation.OPEN, Operation.READ));

    private final Map<Path, Set<Operation>> failing = new HashMap<>();
    private final Map<Path, Long> bytesLeft = new HashMap<>();

    /** Every read below the directory ends with an error. */
    public synchronized void failReads(Path directory) {
        failing.computeIfAbsent(directory, unknown -> EnumSet.noneOf(Operation.class))
                .add(Operation.READ);
    }

    /** Every change below the directory ends with an error. */
    public synchronized void failWrites(Path directory) {
        failing.computeIfAbsent(directory, unknown -> EnumSet.noneOf(Operation.class))
                .addAll(WRITES);
    }

    /** After so many bytes every change below the directory ends with an error; the write that reaches it is not done. */
    public synchronized void failWritesAfter(Path directory, long bytes) {
        bytesLeft.put(directory, bytes);
    }

    /** The disks are in order again. */
    public synchronized void mend() {
        failing.clear();
        bytesLeft.clear();
    }

    @Override
    public synchronized void before(Operation operation, Path path) throws IOException {
        for (Map.Entry<Path, Set<Operation>> each : failing.entrySet()) {
            if (path.startsWith(each.getKey()) && each.getValue().contains(operation)) {
                throw new FileSystemException(path.toString(), null, "Input/output error");
            }
        }
    }

    @Override
    public synchronized void beforeWrite(Path path, int bytes) throws IOException {
        for (Map.Entry<Path, Long> each : bytesLeft.entrySet()) {
            if (path.startsWith(each.getKey())) {
                long left = each.getValue() - bytes;
                each.setValue(left);
                if (left < 0) {
                    failWrites(each.getKey());
                    throw new FileSystemException(path.toString(), null, "Input/output error");
                }
            }
        }
    }
}
