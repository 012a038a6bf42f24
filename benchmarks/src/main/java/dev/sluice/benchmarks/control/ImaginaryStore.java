package dev.sluice.benchmarks.control;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockWriter;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A store with one file set, whose files nobody reads: only what the leader asks for is there. */
final class ImaginaryStore implements BlockStore {
    private static final long FILE_BYTES = 64 << 20;

    private final FileSetLocation location;
    private final byte[] info;
    private final byte[] manifest;

    /** @param filesPerPartition each of 64 MiB by its manifest */
    ImaginaryStore(FileSetLocation location, int appId, int partitions, int filesPerPartition) {
        this.location = location;
        this.info = new BulkLoadInfo(appId, location.app(), partitions).toJson();
        List<SstFile> files = new ArrayList<>();
        for (int i = 0; i < filesPerPartition; i++) {
            files.add(new SstFile(new SstFileName(i + ".sst"), FILE_BYTES, "0123456789abcdef0123456789abcdef"));
        }
        this.manifest = new Manifest(files).toJson();
    }

    private byte[] content(String path) throws BlockStoreException {
        if (path.equals(location.infoPath())) {
            return info;
        }
        if (path.endsWith("/" + FileSetLocation.MANIFEST_NAME)) {
            return manifest;
        }
        throw new BlockStoreException(BlockStoreException.Kind.NOT_FOUND, path + ": nobody should ask for it");
    }

    @Override
    public long size(String path) throws BlockStoreException {
        return path.endsWith(".sst") ? FILE_BYTES : content(path).length;
    }

    @Override
    public InputStream open(String path, long offset, long length) throws BlockStoreException {
        return new ByteArrayInputStream(content(path), (int) offset, (int) length);
    }

    @Override
    public List<String> list(String directory) {
        return List.of();
    }

    @Override
    public BlockWriter create(String path) {
        throw new UnsupportedOperationException("nothing is written");
    }

    @Override
    public void take(Path localFile, String path) {
        throw new UnsupportedOperationException("nothing is written");
    }

    @Override
    public void copy(String from, String to) {
        throw new UnsupportedOperationException("nothing is written");
    }

    @Override
    public void delete(String path) {
        throw new UnsupportedOperationException("nothing is deleted");
    }

    @Override
    public String describe(String path) {
        return path;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
