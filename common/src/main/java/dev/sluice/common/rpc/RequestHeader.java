package dev.sluice.common.rpc;

import dev.sluice.common.Gpid;

/**
 * What stands in front of a request.
 *
 * @param gpid partition that it is for, {@link #NO_PARTITION} for a call to a server
 * @param timeoutMs how long the caller waits
 * @param partitionHash hash of the key, 0 if there is none
 * @param backupRequest a read that a secondary may serve
 * @param bodyBytes bytes of the message behind the header, as it was received; 0 in one that is to be sent
 */
public record RequestHeader(Gpid gpid, int timeoutMs, long partitionHash, boolean backupRequest, int bodyBytes) {
    /** The partition of calls that are for the server as a whole. */
    public static final Gpid NO_PARTITION = new Gpid(0, 0);

    /** Header of a request that is to be sent. */
    public RequestHeader(Gpid gpid, int timeoutMs, long partitionHash, boolean backupRequest) {
        this(gpid, timeoutMs, partitionHash, backupRequest, 0);
    }

    /** Header of a call to a server. */
    public static RequestHeader toServer(int timeoutMs) {
        return new RequestHeader(NO_PARTITION, timeoutMs, 0, false);
    }

    /** Header of a call to a partition. */
    public static RequestHeader toPartition(Gpid gpid, int timeoutMs, long partitionHash) {
        return new RequestHeader(gpid, timeoutMs, partitionHash, false);
    }

    RequestHeader withBodyBytes(int bytes) {
        return new RequestHeader(gpid, timeoutMs, partitionHash, backupRequest, bytes);
    }
}
