package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.learn.CheckpointFetch;
import dev.sluice.replica.replication.Effect;
import dev.sluice.replica.replication.LearnAnswer;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.internal.LearnReply;
import dev.sluice.wire.internal.LearnRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the primary for a learner, takes what it answers, and fetches the checkpoint if that is the lesson. What was fetched is
 * kept, also over a restart, until it is installed or the replica is a member.
 */
final class Pupil {
    private static final Logger LOG = LoggerFactory.getLogger(Pupil.class);

    private final ReplicaServices services;
    private final Gpid gpid;
    private final EventLoop loop;
    private final Path fetching;
    private final RoleHost replica;
    private final Supplier<ReplicaView> view;
    private final LongSupplier stagedLoadId;
    private final Installer installer;

    /** @param fetching where a checkpoint goes until it is complete */
    Pupil(
            ReplicaServices services,
            Gpid gpid,
            EventLoop loop,
            Path fetching,
            RoleHost replica,
            Supplier<ReplicaView> view,
            LongSupplier stagedLoadId,
            Installer installer) {
        this.services = services;
        this.gpid = gpid;
        this.loop = loop;
        this.fetching = fetching;
        this.replica = replica;
        this.view = view;
        this.stagedLoadId = stagedLoadId;
        this.installer = installer;
    }

    void ask(Effect.AskToLearn effect) {
        String refusal = services.disks().refusal(fetching);
        if (refusal != null) {
            // Not even asked: the primary would make a checkpoint for nothing.
            loop.execute(() -> learned(effect.ask().learnId(), new LearnAnswer.Failed("learns nothing: " + refusal)));
            return;
        }
        LearnRequest request = Messages.request(gpid, effect.ask(), stagedLoadId.getAsLong());
        CompletableFuture<LearnReply> answered = services.rpc()
                .call(
                        effect.primary(),
                        InternalRpcs.LEARN,
                        RequestHeader.toPartition(gpid, Lessons.ASK_TIMEOUT_MS, 0),
                        request);
        Replies.hear(answered, loop, (reply, lost) -> take(effect, reply, lost));
    }

    private void take(Effect.AskToLearn effect, @Nullable LearnReply reply, @Nullable Throwable lost) {
        long learnId = effect.ask().learnId();
        if (replica.isClosed()) {
            return;
        }
        if (reply == null || !Wire.error(reply.getErr()).isOk()) {
            String why = reply == null ? String.valueOf(lost) : Wire.error(reply.getErr()) + ": " + reply.getHint();
            learned(learnId, new LearnAnswer.Failed(effect.primary() + " does not teach: " + why));
            return;
        }
        LearnAnswer.Log taught = Lessons.logOf(reply);
        if (taught != null) {
            LOG.info(
                    "{}: learns {} mutations behind {} from the log of {}",
                    gpid,
                    taught.mutations().size(),
                    effect.ask().lastCommitted(),
                    effect.primary());
            learned(learnId, taught);
            return;
        }
        LOG.info("{}: learns from checkpoint {} of {}", gpid, reply.getCheckpointId(), effect.primary());
        var unused = services.fetch()
                .fetch(
                        effect.primary(),
                        gpid,
                        reply.getCheckpointId(),
                        reply.getFiles(),
                        fetching,
                        () -> replica.isClosed() || view.get().role() != RoleName.LEARNER)
                .whenComplete((fetched, failure) -> loop.execute(() -> fetched(learnId, fetched, failure)));
    }

    private void fetched(long learnId, CheckpointFetch.@Nullable Fetched fetched, @Nullable Throwable failure) {
        if (fetched == null) {
            Throwable why =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            learned(learnId, new LearnAnswer.Failed("checkpoint: " + (why == null ? "?" : why.getMessage())));
            return;
        }
        LOG.info("{}: fetched {} bytes, {} were there", gpid, fetched.bytes(), fetched.bytesKept());
        installer.install(learnId);
    }

    /** A member needs nothing of what it fetched as a learner. */
    void onMember() {
        services.maintenance().execute(() -> {
            try {
                if (services.files().exists(fetching)) {
                    services.files().deleteTree(fetching);
                }
            } catch (IOException e) {
                LOG.warn("{}: {} cannot be deleted; it is tried again at the next change of role", gpid, fetching, e);
            }
        });
    }

    private void learned(long learnId, LearnAnswer answer) {
        if (!replica.isClosed()) {
            replica.perform(replica.role().onLearned(learnId, answer, loop.nowMs()));
        }
    }
}
