package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Copies a set within its store, by the same rules as {@link FileSetBuilder}: the copy has file names of its own, and takes the place
 * of an older set in one step. A signature is not copied, as it is of the old names.
 */
public final class FileSetCopier {
    private final FileSetSource from;
    private final FileSetLocation location;

    /** @param location of the copy, in the same store */
    public FileSetCopier(FileSetSource from, FileSetLocation location) {
        this.from = from;
        this.location = location;
    }

    /** Returns what the copy has. The listener hears of the bytes of each file. */
    public List<Manifest> copy(StopSignal stop, LongConsumer onCopied)
            throws SourceException, IOException, StoppedException {
        FileSetSource.Description described = from.readAll();
        SetWriter set = new SetWriter(from.store(), location, false);
        String copyName = UUID.randomUUID().toString().substring(0, 13);
        boolean isComplete = false;
        try {
            List<Manifest> manifests = new ArrayList<>();
            for (int i = 0; i < described.manifests().size(); i++) {
                List<SstFile> files = new ArrayList<>();
                for (SstFile file : described.manifests().get(i).files()) {
                    stop.throwIfStopped();
                    SstFileName name =
                            new SstFileName(String.format(Locale.ROOT, "%s-%05d.sst", copyName, files.size() + 1));
                    files.add(set.copy(i, name, from.location().filePath(i, file.name()), file));
                    onCopied.accept(file.size());
                }
                manifests.add(new Manifest(files));
            }
            BulkLoadInfo info = described.info();
            set.commit(
                    new BulkLoadInfo(info.appId(), info.appName(), info.partitionCount()).withManifests(manifests),
                    manifests);
            isComplete = true;
            return manifests;
        } finally {
            if (!isComplete) {
                set.giveUp();
            }
        }
    }
}
