package dev.sluice.bulkload.build;

import dev.sluice.bulkload.build.BuildProgress.Phase;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.rows.KeyText;
import dev.sluice.bulkload.sst.SstException;
import dev.sluice.bulkload.sst.SstMerge;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.transfer.PartitionCopies;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Rewrites a set for another number of partitions, in one pass and without sorting.
 *
 * <p>A row is in partition {@code hash mod M} and goes to {@code hash mod N}. With {@code g = gcd(M, N)}, the partitions of
 * either set that leave the same rest when divided by {@code g} hold the same rows: {@code M / g} are merged and dealt out to
 * {@code N / g}, one group after the other. So many files are read and written at the same time; disk is needed for one group
 * of the old set, unless its store is on this machine.
 */
public final class FileSetResharder {
    private static final int ROWS_BETWEEN_REPORTS = 1024;

    private final FileSetSource from;
    private final PartitionCopies copies;
    private final BlockStore store;
    private final FileSetLocation location;
    private final BuildOptions options;

    /**
     * @param copies brings files of the old set here
     * @param options whose description is that of the new set; memory, threads, bad rows and time have no meaning
     */
    public FileSetResharder(
            FileSetSource from,
            PartitionCopies copies,
            BlockStore store,
            FileSetLocation location,
            BuildOptions options) {
        this.from = from;
        this.copies = copies;
        this.store = store;
        this.location = location;
        this.options = options;
    }

    /**
     * Writes the new set, by the same rules as {@link FileSetBuilder}. The listener must be short.
     *
     * @throws SourceException if the old set is not right
     */
    public BuildResult reshard(StopSignal stop, Consumer<BuildProgress> listener)
            throws SourceException, IOException, StoppedException {
        List<Manifest> manifests = from.readAll().manifests();
        SetWriter set = new SetWriter(store, location, options.hasSidecars());
        Files.createDirectories(options.temporaryDirectory());
        Path temporary = Files.createTempDirectory(options.temporaryDirectory(), "sluice-reshard-");
        boolean isComplete = false;
        try {
            BuildResult result = new Pass(set, manifests, temporary, stop, new BuildMeter(listener)).run();
            BulkLoadInfo info = options.info().withManifests(result.manifests());
            set.commit(
                    options.signingKey()
                            .map(key -> SetSignature.sign(info, key))
                            .orElse(info),
                    result.manifests());
            isComplete = true;
            return result;
        } catch (SstException e) {
            throw e.fault();
        } finally {
            if (!isComplete) {
                set.giveUp();
            }
            new LocalFileSystem().deleteTree(temporary);
        }
    }

    private final class Pass {
        private final List<Manifest> manifests;
        private final PartitionWriter writer;
        private final StopSignal stop;
        private final BuildMeter meter;
        private final Manifest[] written = new Manifest[options.info().partitionCount()];
        private long rows;
        private long duplicates;

        Pass(SetWriter set, List<Manifest> manifests, Path temporary, StopSignal stop, BuildMeter meter) {
            String buildName = UUID.randomUUID().toString().substring(0, 13);
            this.manifests = manifests;
            this.writer = new PartitionWriter(set, buildName, options.sst(), temporary, meter);
            this.stop = stop;
            this.meter = meter;
        }

        BuildResult run() throws SourceException, IOException, StoppedException {
            meter.onPhase(Phase.WRITING);
            int groups = gcd(manifests.size(), written.length);
            for (int rest = 0; rest < groups; rest++) {
                rewriteGroup(groups, rest);
            }
            meter.onPhase(Phase.DONE);
            return new BuildResult(rows, duplicates, 0, List.of(), List.of(written));
        }

        private void rewriteGroup(int groups, int rest) throws SourceException, IOException, StoppedException {
            List<Path> files = new ArrayList<>();
            List<PartitionWriter.Target> targets = new ArrayList<>();
            try {
                for (int i = rest; i < manifests.size(); i += groups) {
                    stop.throwIfStopped();
                    files.addAll(copies.fetch(i, manifests.get(i), stop));
                }
                for (int i = rest; i < written.length; i += groups) {
                    targets.add(writer.open(i));
                }
                deal(files, targets, groups, rest);
                for (int i = 0; i < targets.size(); i++) {
                    written[rest + i * groups] = targets.get(i).finish();
                }
            } finally {
                for (PartitionWriter.Target target : targets) {
                    target.close();
                }
                for (int i = rest; i < manifests.size(); i += groups) {
                    copies.release(i);
                }
            }
        }

        private void deal(List<Path> files, List<PartitionWriter.Target> targets, int groups, int rest)
                throws SourceException, IOException, StoppedException {
            long reported = 0;
            long here = 0;
            try (SstMerge merged = new SstMerge(files)) {
                while (merged.next()) {
                    byte[] key = merged.key();
                    int partition = StoredKey.isValid(key)
                            ? PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), written.length)
                            : -1;
                    if (partition < 0 || partition % groups != rest) {
                        throw SourceException.damaged(
                                from.location().directory(),
                                KeyText.of(key, key.length)
                                        + " is in a partition that it does not belong to (sluice fileset verify tells"
                                        + " more)");
                    }
                    targets.get(partition / groups).add(key, merged.value());
                    if (++here % ROWS_BETWEEN_REPORTS == 0) {
                        stop.throwIfStopped();
                        meter.onRowsWritten(here - reported);
                        reported = here;
                    }
                }
                duplicates += merged.duplicates();
            }
            meter.onRowsWritten(here - reported);
            rows += here;
        }
    }

    private static int gcd(int one, int other) {
        return other == 0 ? one : gcd(other, one % other);
    }
}
