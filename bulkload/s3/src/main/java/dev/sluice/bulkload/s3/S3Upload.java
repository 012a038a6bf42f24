package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockWriter;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A file on its way into a bucket in parts. Closed before it is complete it takes them away again. */
final class S3Upload implements AutoCloseable {
    /** More the protocol does not allow. */
    static final int PARTS_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

    private final S3BlockStore store;
    private final String path;
    private final String key;
    private final String id;
    private final List<CompletedPart> parts = new ArrayList<>();
    private boolean ended;

    private S3Upload(S3BlockStore store, String path, String key, String id) {
        this.store = store;
        this.path = path;
        this.key = key;
        this.id = id;
    }

    static S3Upload begin(S3BlockStore store, String path, String key) throws BlockStoreException {
        String id = store.callToWrite(
                path,
                client -> client.createMultipartUpload(
                                request -> request.bucket(store.bucket()).key(key))
                        .uploadId());
        return new S3Upload(store, path, key, id);
    }

    void add(RequestBody body) throws BlockStoreException {
        int number = parts.size() + 1;
        if (number > PARTS_MAX) {
            throw store.failures().permanent(path, "more than " + PARTS_MAX + " parts: set a larger part_bytes", null);
        }
        String tag = store.callToWrite(
                path,
                client -> client.uploadPart(
                                request -> request.bucket(store.bucket())
                                        .key(key)
                                        .uploadId(id)
                                        .partNumber(number),
                                body)
                        .eTag());
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
    }

    /**
     * Makes the file visible.
     *
     * @param isNew true if there must be none yet
     */
    void complete(boolean isNew) throws BlockStoreException {
        try {
            store.callToWrite(
                    path,
                    client -> client.completeMultipartUpload(request -> request.bucket(store.bucket())
                            .key(key)
                            .uploadId(id)
                            .ifNoneMatch(isNew ? S3BlockStore.ANY : null)
                            .multipartUpload(upload -> upload.parts(parts))));
        } catch (BlockStoreException e) {
            throw S3BlockStore.isPreconditionFailed(e) ? BlockWriter.exists(path) : e;
        }
        ended = true;
    }

    /** Parts that cannot be taken away now cost space, but nobody sees them; buckets can let them expire. */
    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        try {
            store.call(
                    path,
                    client -> client.abortMultipartUpload(
                            request -> request.bucket(store.bucket()).key(key).uploadId(id)));
        } catch (BlockStoreException e) {
            if (!(e.getCause() instanceof S3Exception answer
                    && S3Failures.code(answer).equals("NoSuchUpload"))) {
                LOG.warn("{}: parts of it are left in the bucket, as upload {}: {}", path, id, e.getMessage());
            }
        }
    }
}
