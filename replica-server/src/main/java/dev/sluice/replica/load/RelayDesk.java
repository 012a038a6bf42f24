package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.transfer.GroupRelay;
import dev.sluice.bulkload.transfer.StagedCopy;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.replica.LoadHost;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the replicas of a node hand out what they have of a load to the members that read from them. */
public final class RelayDesk {
    private static final Logger LOG = LoggerFactory.getLogger(RelayDesk.class);

    private final Map<Gpid, Offer> offers = new ConcurrentHashMap<>();

    private record Offer(long loadId, String manifestDigest, StagedCopy copy) {}

    /** What the replica has from now on. */
    void offer(Gpid gpid, long loadId, String manifestDigest, StagedCopy copy) {
        offers.put(gpid, new Offer(loadId, manifestDigest, copy));
    }

    /** It has nothing any more of loads up to that one. */
    void withdraw(Gpid gpid, long upToLoadId) {
        offers.computeIfPresent(gpid, (same, offer) -> offer.loadId() <= upToLoadId ? null : offer);
    }

    /** Answers a member; blocks. */
    public LoadPartReply read(LoadPartRequest request) {
        Gpid gpid = Wire.gpid(request.getGpid());
        Offer offer = offers.get(gpid);
        LoadPartReply reply = new LoadPartReply().setContent(new byte[0]);
        if (offer == null
                || offer.loadId() != request.getLoadId()
                || !offer.manifestDigest().equals(request.getManifestDigest())) {
            return reply.setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND));
        }
        try {
            StagedCopy.Part part = offer.copy().read(request.getFile(), request.getOffset(), request.getLength());
            part.crc32c().ifPresent(reply::setFileCrc32c);
            return reply.setErr(Wire.error(ErrorCode.ERR_OK))
                    .setCrc32c(checksum(part.content()))
                    .setContent(part.content())
                    .setBytesMoved(part.bytesMoved())
                    .setRight(part.isRight());
        } catch (IOException e) {
            LOG.info("{}: a part of load {} cannot be read: {}", gpid, request.getLoadId(), e.getMessage());
            return reply.setErr(Wire.error(ErrorCode.ERR_FILE_OPERATION_FAILED));
        }
    }

    /** Asks another member of the replica's group. */
    static GroupRelay.Transport transport(LoadHost host, long loadId, String manifestDigest) {
        return (member, file, offset, lengthMax) -> {
            LoadPartRequest request = new LoadPartRequest(
                    Wire.gpid(host.gpid()), loadId, manifestDigest, file.name().value(), offset, lengthMax);
            return ask(host, member, file, request);
        };
    }

    private static StagedCopy.Part ask(LoadHost host, HostPort member, SstFile file, LoadPartRequest request)
            throws IOException {
        LoadPartReply reply;
        try {
            reply = host.askPart(member, request).join();
        } catch (CompletionException e) {
            throw new IOException(member + ": " + e.getCause(), e);
        }
        ErrorCode error = Wire.error(reply.getErr());
        if (!error.isOk()) {
            throw new IOException(member + " answers " + error + " for " + file.name());
        }
        ByteBuffer content = reply.bufferForContent();
        if (content.remaining() > request.getLength() || checksum(content) != reply.getCrc32c()) {
            throw new IOException(member + ": a part of " + file.name() + " of " + content.remaining() + " bytes at "
                    + request.getOffset() + " is damaged");
        }
        return new StagedCopy.Part(
                content,
                reply.getBytesMoved(),
                reply.isRight(),
                reply.isSetFileCrc32c() ? OptionalLong.of(reply.getFileCrc32c()) : OptionalLong.empty());
    }

    private static long checksum(ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(content.duplicate());
        return crc.getValue();
    }
}
