package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.BlockWriter;
import dev.sluice.bulkload.store.StorePath;
import dev.sluice.bulkload.store.StreamCopy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket, or what is below a prefix of one. A directory is what keys have in common: it is there as long as a file is in
 * it.
 */
final class S3BlockStore implements BlockStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3BlockStore.class);

    private static final String OCTETS = "application/octet-stream";

    private static final long COPY_BYTES_MAX = 5L * 1024 * 1024 * 1024;

    /** Of a condition: whatever is there. */
    static final String ANY = "*";

    private final S3Settings settings;
    private final S3ClientSource clients;
    private final S3Failures failures;

    /** Whether the bucket was seen. The answer to a HEAD does not say whether the file or the bucket is missing. */
    private volatile boolean bucketSeen;

    S3BlockStore(S3Settings settings) {
        this.settings = settings;
        this.clients = new S3ClientSource(settings);
        this.failures = new S3Failures(settings);
    }

    @Override
    public long size(String path) throws BlockStoreException {
        String key = keyToRead(path);
        return call(path, client -> {
            try {
                HeadObjectResponse head =
                        client.headObject(request -> request.bucket(bucket()).key(key));
                bucketSeen = true;
                return lengthIn(head, path);
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    requireBucket(path, client);
                }
                throw e;
            }
        });
    }

    private long lengthIn(HeadObjectResponse head, String path) throws BlockStoreException {
        Long length = head.contentLength();
        if (length == null) {
            throw failures.permanent(
                    path, settings.server() + " does not say how long the file is (no Content-Length for HEAD)", null);
        }
        return length;
    }

    @Override
    public InputStream open(String path, long offset, long length) throws BlockStoreException {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(path + ": offset " + offset + ", length " + length);
        }
        if (length == 0) {
            size(path);
            return InputStream.nullInputStream();
        }
        String key = keyToRead(path);
        long last = offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length - 1;
        return call(path, client -> {
            try {
                ResponseInputStream<GetObjectResponse> in = client.getObject(
                        request -> request.bucket(bucket()).key(key).range("bytes=" + offset + "-" + last));
                bucketSeen = true;
                return rangeOf(in, path, offset, length);
            } catch (S3Exception e) {
                if (e.statusCode() == 416) {
                    return InputStream.nullInputStream();
                }
                throw e;
            }
        });
    }

    /** Some servers pay no attention to the range, and answer with the whole file. */
    private InputStream rangeOf(ResponseInputStream<GetObjectResponse> in, String path, long offset, long length)
            throws BlockStoreException {
        String range = in.response().contentRange();
        boolean asAsked = range == null ? offset == 0 : range.startsWith("bytes " + offset + "-");
        if (!asAsked) {
            in.abort();
            throw failures.permanent(
                    path,
                    settings.server() + " was asked for bytes from " + offset + " and gave "
                            + (range == null ? "the whole file" : range) + ": it is not fit for reading parts",
                    null);
        }
        return new S3RangeStream(in, path, length, in.response().contentLength(), failures);
    }

    @Override
    public List<String> list(String directory) throws BlockStoreException {
        String key = key(directory);
        String prefix = key.isEmpty() ? "" : key + "/";
        return call(directory, client -> {
            TreeSet<String> names = new TreeSet<>();
            for (ListObjectsV2Response page : client.listObjectsV2Paginator(
                    request -> request.bucket(bucket()).prefix(prefix).delimiter("/"))) {
                bucketSeen = true;
                for (S3Object file : page.contents()) {
                    names.add(file.key().substring(prefix.length()));
                }
                for (CommonPrefix below : page.commonPrefixes()) {
                    names.add(below.prefix()
                            .substring(prefix.length(), below.prefix().length() - 1));
                }
            }
            // Tools that show buckets as directories put an empty file there, with the directory's own name.
            names.remove("");
            return List.copyOf(names);
        });
    }

    @Override
    public BlockWriter create(String path) throws BlockStoreException {
        return new S3Writer(this, path, keyToWrite(path), settings.partBytes());
    }

    @Override
    public void take(Path localFile, String path) throws BlockStoreException {
        String key = keyToWrite(path);
        try (FileChannel channel = FileChannel.open(localFile, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size <= settings.partBytes()) {
                put(path, key, filePart(channel, 0, size));
            } else {
                putParts(path, key, channel, size);
            }
        } catch (BlockStoreException e) {
            throw e;
        } catch (IOException e) {
            throw failures.permanent(path, "cannot read local file " + localFile + ": " + e, e);
        }
        try {
            Files.deleteIfExists(localFile);
        } catch (IOException e) {
            LOG.info("{}: is in the store, but stays on the disk as well: {}", localFile, e.toString());
        }
    }

    private void putParts(String path, String key, FileChannel channel, long size) throws BlockStoreException {
        long partBytes = Math.max(settings.partBytes(), (size - 1) / S3Upload.PARTS_MAX + 1);
        try (S3Upload upload = S3Upload.begin(this, path, key)) {
            for (long at = 0; at < size; at += partBytes) {
                upload.add(filePart(channel, at, Math.min(partBytes, size - at)));
            }
            upload.complete(false);
        }
    }

    private static RequestBody filePart(FileChannel channel, long offset, long length) {
        return RequestBody.fromContentProvider(() -> new FilePartStream(channel, offset, length), length, OCTETS);
    }

    /** The array is read again with each attempt, and must not change before the call that it is for has ended. */
    static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes, 0, length), length, OCTETS);
    }

    void put(String path, String key, RequestBody body) throws BlockStoreException {
        callToWrite(
                path,
                client -> client.putObject(request -> request.bucket(bucket()).key(key), body));
    }

    /** Puts a file that must not be there yet; hears "exists" also of a first attempt whose answer was lost. */
    void putNew(String path, String key, byte[] bytes, int length) throws BlockStoreException {
        try {
            callToWrite(
                    path,
                    client -> client.putObject(
                            request -> request.bucket(bucket()).key(key).ifNoneMatch(ANY), body(bytes, length)));
        } catch (BlockStoreException e) {
            if (!isPreconditionFailed(e)) {
                throw e;
            }
            if (!Arrays.equals(Arrays.copyOf(bytes, length), present(path, length))) {
                throw BlockWriter.exists(path);
            }
        }
    }

    /** True for the answer that there is such a file, to a request that asked for none. */
    static boolean isPreconditionFailed(BlockStoreException e) {
        return e.getCause() instanceof S3Exception answer && answer.statusCode() == 412;
    }

    private byte[] present(String path, int lengthMax) throws BlockStoreException {
        try (InputStream in = open(path, 0, lengthMax + 1L)) {
            return in.readAllBytes();
        } catch (BlockStoreException e) {
            throw e;
        } catch (IOException e) {
            throw failures.of(path, e);
        }
    }

    /** The store does it; only a file that is larger than the protocol allows for that goes through this process. */
    @Override
    public void copy(String from, String to) throws BlockStoreException {
        String target = keyToWrite(to);
        if (size(from) > COPY_BYTES_MAX) {
            StreamCopy.copy(this, from, to);
            return;
        }
        String source = keyToWrite(from);
        call(
                from,
                client -> client.copyObject(request -> request.sourceBucket(bucket())
                        .sourceKey(source)
                        .destinationBucket(bucket())
                        .destinationKey(target)));
    }

    @Override
    public void delete(String path) throws BlockStoreException {
        String key = keyToWrite(path);
        try {
            call(
                    path,
                    client -> client.deleteObject(
                            request -> request.bucket(bucket()).key(key)));
        } catch (BlockStoreException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    @Override
    public String describe(String path) {
        return settings.describe(path);
    }

    @Override
    public void close() {
        clients.close();
    }

    String bucket() {
        return settings.bucket();
    }

    S3Failures failures() {
        return failures;
    }

    /** One call of the store, with its failure in the words of a block store. */
    <T> T call(String path, Call<T> call) throws BlockStoreException {
        try {
            return call.on(clients.get());
        } catch (RuntimeException e) {
            if (clients.isClosed()) {
                throw failures.permanent(path, settings.describe("") + ": the store is closed", e);
            }
            throw failures.of(path, e);
        }
    }

    /** A call that makes a file: that there is no such file is no answer to it. */
    <T> T callToWrite(String path, Call<T> call) throws BlockStoreException {
        try {
            T result = call(path, call);
            bucketSeen = true;
            return result;
        } catch (BlockStoreException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                throw failures.noSuchBucket(path, e);
            }
            throw e;
        }
    }

    private void requireBucket(String path, S3Client client) throws BlockStoreException {
        if (bucketSeen) {
            return;
        }
        try {
            client.headBucket(request -> request.bucket(bucket()));
            bucketSeen = true;
        } catch (NoSuchBucketException e) {
            throw failures.noSuchBucket(path, e);
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                throw failures.noSuchBucket(path, e);
            }
            // Who may read the files may still be forbidden to ask for the bucket.
            LOG.debug("{}: whether the bucket exists is not known: {}", bucket(), e.getMessage());
        }
    }

    private String keyToRead(String path) throws BlockStoreException {
        if (StorePath.parse(path).elements().isEmpty()) {
            throw S3Failures.noSuchFile(path, null);
        }
        return key(path);
    }

    private String keyToWrite(String path) throws BlockStoreException {
        if (StorePath.parse(path).elements().isEmpty()) {
            throw failures.permanent(path, "the root of the store is no file", null);
        }
        return key(path);
    }

    private String key(String path) throws BlockStoreException {
        String inner = StorePath.parse(path).text();
        return settings.prefix().isEmpty() || inner.isEmpty()
                ? settings.prefix() + inner
                : settings.prefix() + "/" + inner;
    }

    /** What is asked of the client. */
    interface Call<T> {
        T on(S3Client client) throws BlockStoreException;
    }
}
