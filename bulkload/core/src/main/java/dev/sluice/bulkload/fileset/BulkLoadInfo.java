package dev.sluice.bulkload.fileset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.common.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Describes a file set: the app that it is for and its number of partitions.
 *
 * <p>App id {@value #UNBOUND} means any app: such a set can be built before the app exists.
 *
 * @param manifestDigests {@link Manifest#digest} of each partition, in their order; empty if the set does not say. It shows
 *     that a description and the manifests are of the same build
 * @param signature of all the rest, see {@link SetSignature}; empty if the set has none
 */
public record BulkLoadInfo(
        int appId,
        String appName,
        int partitionCount,
        int valueVersion,
        List<String> manifestDigests,
        String signature) {
    /** App id of a set that fits any app with the right number of partitions. */
    public static final int UNBOUND = 0;

    /** The one version of values that can be loaded: expiry, timetag, data. A set that says nothing has it. */
    public static final int VALUE_VERSION = 1;

    /** Largest description that is read. */
    public static final int BYTES_MAX = 8 * 1024 * 1024;

    public BulkLoadInfo {
        manifestDigests = List.copyOf(manifestDigests);
        if (appId < 0) {
            throw new IllegalArgumentException("app id " + appId + ": expected 0 (any app) or more");
        }
        if (partitionCount < 1) {
            throw new IllegalArgumentException("partition count " + partitionCount + ": expected 1 or more");
        }
    }

    /** A set of the value version that is loaded. */
    public BulkLoadInfo(int appId, String appName, int partitionCount) {
        this(appId, appName, partitionCount, VALUE_VERSION);
    }

    /** What says nothing of its manifests, as that of Pegasus. */
    public BulkLoadInfo(int appId, String appName, int partitionCount, int valueVersion) {
        this(appId, appName, partitionCount, valueVersion, List.of(), "");
    }

    /** The same with the digests of the manifests, by partition, and without a signature. */
    public BulkLoadInfo withManifests(List<Manifest> manifests) {
        return new BulkLoadInfo(
                appId,
                appName,
                partitionCount,
                valueVersion,
                manifests.stream().map(Manifest::digest).toList(),
                "");
    }

    BulkLoadInfo withSignature(String text) {
        return new BulkLoadInfo(appId, appName, partitionCount, valueVersion, manifestDigests, text);
    }

    /** Reads the JSON of the file at the path, which is for messages only. */
    public static BulkLoadInfo parse(String path, byte[] content) throws SourceException {
        SetJson json = SetJson.parse(path, content, BYTES_MAX);
        int appId = json.requireInt("app_id");
        String appName = json.requireText("app_name");
        int partitionCount = json.requireInt("partition_count");
        if (partitionCount < 1) {
            throw json.fault("partition_count", "expected 1 or more");
        }
        List<String> digests = json.textsOr("manifests", partitionCount);
        if (!digests.isEmpty() && digests.size() != partitionCount) {
            throw json.fault("manifests", digests.size() + " digests, expected " + partitionCount);
        }
        return new BulkLoadInfo(
                appId,
                appName,
                partitionCount,
                json.intOr("value_version", VALUE_VERSION),
                digests,
                json.textOr("signature", ""));
    }

    /**
     * Refuses a manifest that is of another build than this description.
     *
     * @param manifestPath for the message
     */
    public void requireManifest(String manifestPath, int partitionIndex, String digest) throws SourceException {
        if (!manifestDigests.isEmpty() && !manifestDigests.get(partitionIndex).equals(digest)) {
            throw SourceException.damaged(
                    manifestPath,
                    "is not the one that " + FileSetLocation.INFO_NAME + " was written for: the set is being"
                            + " built anew, or was put together from two builds");
        }
    }

    /** Refuses a set that is for another app, another number of partitions, or another version of values. */
    public void requireFits(String path, int ofAppId, int ofPartitionCount) throws SourceException {
        if (appId != UNBOUND && appId != ofAppId) {
            throw inconsistent(path, "app_id is " + appId + ", the app's is " + ofAppId);
        }
        if (partitionCount != ofPartitionCount) {
            throw inconsistent(path, "partition_count is " + partitionCount + ", the app has " + ofPartitionCount);
        }
        if (valueVersion != VALUE_VERSION) {
            throw inconsistent(path, "value_version is " + valueVersion + ", expected " + VALUE_VERSION);
        }
    }

    /** The file's content. */
    public byte[] toJson() {
        ObjectNode json = SetJson.MAPPER.createObjectNode();
        json.put("app_id", appId);
        json.put("app_name", appName);
        json.put("partition_count", partitionCount);
        // Behind the members that Pegasus knows: its reader stops at the first one that it does not.
        json.put("value_version", valueVersion);
        if (!manifestDigests.isEmpty()) {
            manifestDigests.forEach(json.putArray("manifests")::add);
        }
        if (!signature.isEmpty()) {
            json.put("signature", signature);
        }
        try {
            return SetJson.MAPPER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values could not be written", e);
        }
    }

    private static SourceException inconsistent(String path, String reason) {
        return new SourceException(path, reason, ErrorCode.ERR_INCONSISTENT_STATE, Remedy.FIX_THE_SOURCE);
    }
}
