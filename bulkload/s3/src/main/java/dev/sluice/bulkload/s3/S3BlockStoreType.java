package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreType;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens stores in buckets: type {@code s3_service}, scheme {@code s3}.
 *
 * <p>The arguments of a section are words {@code key=value}:
 *
 * <ul>
 *   <li>{@code bucket}: required.
 *   <li>{@code prefix}: directory in the bucket that all paths are below; none if it is not given.
 *   <li>{@code region}: otherwise the one that the AWS tools would use, or else us-east-1.
 *   <li>{@code endpoint}: http or https URL of a server that speaks S3; otherwise that of AWS for the region.
 *   <li>{@code path_style}: {@code true} for the bucket in the path of the URL, {@code false} for the bucket in the host's
 *       name; otherwise {@code true} if an endpoint is given.
 *   <li>{@code credentials_file}: file as the AWS tools write it, read again when it changes; otherwise credentials come
 *       from where the AWS tools look: environment, {@code ~/.aws}, container, instance.
 *   <li>{@code profile}: section of that file, or of the files in {@code ~/.aws}.
 *   <li>{@code timeout_ms}: longest wait for one answer, 30000 if it is not given. A call makes up to three attempts.
 *   <li>{@code connections_max}: connections at the same time, 64 if it is not given. An open stream holds one.
 *   <li>{@code part_bytes}: larger files are written in parts of this size, 16777216 if it is not given, at least 5242880. A
 *       writer holds one part in memory.
 * </ul>
 *
 * <p>There is no argument for a secret: arguments are shown and logged.
 */
public final class S3BlockStoreType implements BlockStoreType {
    /** What a section gives as its type. */
    public static final String NAME = "s3_service";

    /** Scheme of the URIs that lead into a bucket. */
    public static final String SCHEME = "s3";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public BlockStore open(BlockService service) {
        return new S3BlockStore(S3Settings.of(service));
    }

    @Override
    public BlockService serviceOf(URI uri, List<String> args) {
        String bucket = uri.getRawAuthority();
        if (bucket == null) {
            throw new IllegalArgumentException(uri + ": no bucket, expected s3://bucket/path");
        }
        if (bucket.contains("@")) {
            // What stands before it may be a secret.
            throw new IllegalArgumentException("s3://…@" + bucket.substring(bucket.lastIndexOf('@') + 1)
                    + ": credentials do not belong into a URI, expected s3://bucket/path and credentials_file=<file>");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "s3://" + bucket + uri.getRawPath() + ": '?' or '#' behind the path, expected s3://bucket/path");
        }
        List<String> all = new ArrayList<>();
        all.add("bucket=" + bucket);
        all.addAll(args);
        return new BlockService(uri.toString(), NAME, all);
    }
}
