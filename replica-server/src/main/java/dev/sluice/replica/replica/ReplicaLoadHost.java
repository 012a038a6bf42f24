package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import dev.sluice.wire.internal.LoadProgressReply;
import dev.sluice.wire.internal.LoadProgressRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A replica, as its loads see it. */
record ReplicaLoadHost(Replica replica, ReplicaServices services, Path loadDirectory) implements LoadHost {
    private static final int TIMEOUT_MS = 3_000;

    @Override
    public Gpid gpid() {
        return replica.gpid();
    }

    @Override
    public HostPort self() {
        return services.self();
    }

    @Override
    public long incarnation() {
        return services.incarnation();
    }

    @Override
    public EventLoop loop() {
        return replica.loop();
    }

    @Override
    public ReplicaView view() {
        return replica.view();
    }

    @Override
    public long publishedLoadId() {
        return replica.publishedLoadId();
    }

    @Override
    public Optional<String> findBehindConflict(List<Path> stagedFiles) {
        return replica.engine().findBehindConflict(stagedFiles);
    }

    @Override
    public boolean keepsGeneration(long id) {
        return replica.engine().generations().stream().anyMatch(each -> each.id() == id);
    }

    @Override
    public boolean awaitsPublish(long loadId) {
        return replica.awaitsPublish(loadId);
    }

    @Override
    public long appliedDecree() {
        return replica.appliedDecree();
    }

    @Override
    public long durableDecree() {
        return replica.durable();
    }

    @Override
    public void flushSoon(long decree) {
        replica.flushSoon(decree);
    }

    @Override
    public void reportChanged() {
        replica.reportChanged();
    }

    @Override
    public void preparePublish(Publish publish, List<Path> stagedFiles, Consumer<@Nullable RuntimeException> done) {
        Engine engine = replica.engine();
        services.maintenance().execute(() -> {
            RuntimeException failure = new IllegalStateException("it broke off, see the log");
            try {
                engine.preparePublish(publish, stagedFiles);
                failure = null;
            } catch (RuntimeException e) {
                failure = e;
            } finally {
                RuntimeException result = failure;
                loop().execute(() -> done.accept(result));
            }
        });
    }

    @Override
    public void proposePublish(Publish publish, BiConsumer<@Nullable Long, @Nullable RuntimeException> done) {
        loop().execute(() -> replica.publish(
                publish,
                (decree, error) -> done.accept(
                        decree, error.isOk() ? null : new RpcException(error, "load " + publish.loadId()))));
    }

    @Override
    public void sendGroupLoad(
            HostPort member, GroupLoadRequest request, BiConsumer<@Nullable GroupLoadReply, @Nullable Throwable> done) {
        Replies.hear(
                services.rpc()
                        .call(
                                member,
                                InternalRpcs.GROUP_LOAD,
                                RequestHeader.toPartition(gpid(), TIMEOUT_MS, 0),
                                request),
                loop(),
                done);
    }

    @Override
    public void sendProgress(
            LoadProgressRequest progress, BiConsumer<@Nullable LoadProgressReply, @Nullable Throwable> done) {
        HostPort primary = replica.primary();
        if (primary == null) {
            RpcException nobody = new RpcException(ErrorCode.ERR_INVALID_STATE, gpid() + " has no primary");
            loop().execute(() -> done.accept(null, nobody));
            return;
        }
        Replies.hear(
                services.rpc()
                        .call(
                                primary,
                                InternalRpcs.LOAD_PROGRESS,
                                RequestHeader.toPartition(gpid(), TIMEOUT_MS, 0),
                                progress),
                loop(),
                done);
    }

    @Override
    public CompletableFuture<LoadPartReply> askPart(HostPort member, LoadPartRequest request) {
        return services.rpc()
                .call(member, InternalRpcs.LOAD_PART, RequestHeader.toPartition(gpid(), TIMEOUT_MS, 0), request);
    }

    @Override
    public void failReplica(String message) {
        loop().execute(() -> replica.failByNode(message));
    }
}
