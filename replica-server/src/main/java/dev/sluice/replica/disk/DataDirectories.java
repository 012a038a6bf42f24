package dev.sluice.replica.disk;

import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directories of a node. One that cannot be written when the node starts is left out; one that fails later is noted
 * until it can be written again. Safe for use by several threads.
 */
public final class DataDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectories.class);
    private static final String PROBE = "probe.tmp";
    private static final int PROBE_BYTES = 4096;

    private final FileSystem files;
    private final int availablePercentMin;
    private final List<DataDirectory> usable;
    private final Map<DataDirectory, DiskLedger> ledgers = new ConcurrentHashMap<>();
    /** In the order of the option. */
    private final Map<DataDirectory, DiskStatus> statuses = new LinkedHashMap<>();

    private DataDirectories(FileSystem files, int availablePercentMin, List<DataDirectory> usable) {
        this.files = files;
        this.availablePercentMin = availablePercentMin;
        this.usable = usable;
    }

    /**
     * Makes the directories that are not there, and tries each of them. Throws if none can be used.
     *
     * @param availablePercentMin a disk with less free space takes no more replicas and no writes of clients
     */
    public static DataDirectories open(FileSystem files, List<DataDirectory> wanted, int availablePercentMin)
            throws IOException {
        List<DataDirectory> usable = new ArrayList<>();
        DataDirectories opened = new DataDirectories(files, availablePercentMin, usable);
        IOException last = null;
        for (DataDirectory directory : wanted) {
            try {
                make(files, directory.path());
                opened.probe(directory);
                usable.add(directory);
                opened.measure(directory, null);
            } catch (IOException e) {
                last = e;
                LOG.error(
                        "Data directory {} cannot be used and is left out, with all replicas in it; mend or replace its"
                                + " disk and start this server again",
                        directory,
                        e);
                opened.statuses.put(directory, new DiskStatus(directory, 0, 0, "left out at start: " + e));
            }
        }
        if (usable.isEmpty()) {
            throw new IOException("none of the data directories " + wanted + " can be used", last);
        }
        return opened;
    }

    /** Makes the directory and those above it, so that they survive loss of power before anything in them counts. */
    private static void make(FileSystem files, Path path) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = path.toAbsolutePath(); at != null && !files.exists(at); at = at.getParent()) {
            missing.add(at);
        }
        files.createDirectories(path);
        for (Path made : missing) {
            Path parent = made.getParent();
            if (parent != null) {
                files.syncDirectory(parent);
            }
        }
    }

    /** Those that could be used when the node started. */
    public List<DataDirectory> usable() {
        return List.copyOf(usable);
    }

    /** All, also those that were left out, as they were measured last. */
    public synchronized List<DiskStatus> statuses() {
        return List.copyOf(statuses.values());
    }

    /** The directory that a path lies in. */
    public DataDirectory of(Path path) {
        for (DataDirectory directory : usable) {
            if (path.startsWith(directory.path())) {
                return directory;
            }
        }
        throw new IllegalArgumentException(path + " lies in none of " + usable);
    }

    /**
     * Where a new replica goes: among the disks in order with enough room the one with the fewest replicas of its app, then
     * with the fewest replicas, then with the most free space. Throws with the numbers if there is none.
     */
    public synchronized DataDirectory place(
            ToLongFunction<DataDirectory> replicasOfApp, ToLongFunction<DataDirectory> replicas) throws IOException {
        return usable.stream()
                .filter(directory -> refusal(directory) == null)
                .min(Comparator.comparingLong(replicasOfApp)
                        .thenComparingLong(replicas)
                        .thenComparing(
                                Comparator.comparingLong(this::availableBytes).reversed()))
                .orElseThrow(() -> new IOException("no data directory takes a new replica: "
                        + usable.stream().map(this::refusal).toList()));
    }

    /** Why the disk of a path takes no more data; null if it does. */
    public synchronized @Nullable String refusal(Path path) {
        return refusal(of(path));
    }

    private @Nullable String refusal(DataDirectory directory) {
        DiskStatus status = status(directory);
        if (status.trouble() != null) {
            return directory + ": " + status.trouble();
        }
        return status.isNearlyFull(availablePercentMin)
                ? directory + ": " + status.availableBytes() + " of " + status.capacityBytes()
                        + " bytes are free, expected at least " + availablePercentMin + " %"
                : null;
    }

    /** What of the disk of a path is promised to downloads and learning. */
    public DiskLedger ledger(Path path) {
        DataDirectory directory = of(path);
        return ledgers.computeIfAbsent(
                directory, each -> new DiskLedger(each.toString(), () -> files.usableBytes(each.path())));
    }

    /** Reading or writing failed where the path lies: noted until {@link #check} finds it mended. */
    public void noteTrouble(Path path, String message) {
        DataDirectory directory = of(path);
        LOG.error("Data directory {} has failed: {}", directory, message);
        measure(directory, message);
    }

    /** True if something failed there and was not mended since. */
    public synchronized boolean isInTrouble(Path path) {
        return status(of(path)).trouble() != null;
    }

    /** Measures all, and tries those again that have failed. Blocks. */
    public void check() {
        for (DataDirectory directory : usable) {
            String trouble = status(directory).trouble();
            if (trouble != null) {
                try {
                    probe(directory);
                    trouble = null;
                    LOG.info("Data directory {} can be written again", directory);
                } catch (IOException e) {
                    LOG.warn("Data directory {} still fails: {}", directory, e.toString());
                }
            }
            measure(directory, trouble);
        }
    }

    private synchronized DiskStatus status(DataDirectory directory) {
        DiskStatus status = statuses.get(directory);
        return status == null ? new DiskStatus(directory, 0, 0, null) : status;
    }

    private long availableBytes(DataDirectory directory) {
        return status(directory).availableBytes();
    }

    private void measure(DataDirectory directory, @Nullable String trouble) {
        DiskStatus measured;
        try {
            measured = new DiskStatus(
                    directory, files.totalBytes(directory.path()), files.usableBytes(directory.path()), trouble);
        } catch (IOException e) {
            LOG.warn("{}: size and free space are unknown", directory, e);
            measured = new DiskStatus(directory, 0, 0, trouble == null ? "cannot be measured: " + e : trouble);
        }
        synchronized (this) {
            statuses.put(directory, measured);
        }
    }

    private void probe(DataDirectory directory) throws IOException {
        Path probe = directory.path().resolve(PROBE);
        files.delete(probe);
        try (FileSystem.File file = files.create(probe)) {
            file.write(ByteBuffer.allocate(PROBE_BYTES), 0);
            file.sync();
        }
        files.delete(probe);
        files.list(directory.path());
    }
}
