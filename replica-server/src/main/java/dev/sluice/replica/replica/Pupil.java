package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.replication.Effect;
import dev.sluice.replica.replication.LearnAnswer;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.internal.LearnReply;
import dev.sluice.wire.internal.LearnRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the primary for a learner, takes what it answers, and fetches the checkpoint if that is the lesson. */
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
        LearnRequest request = Messages.request(gpid, effect.ask(), stagedLoadId.getAsLong(), services.incarnation());
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
            String why = reply == null ? String.valueOf(lost) : reply.getErr().name() + ": " + reply.getHint();
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
        services.learning().execute(() -> fetch(effect, reply));
    }

    private void fetch(Effect.AskToLearn effect, LearnReply reply) {
        long learnId = effect.ask().learnId();
        String failure = null;
        try {
            services.fetch()
                    .fetch(
                            effect.primary(),
                            gpid,
                            reply.getCheckpointId(),
                            reply.getFiles(),
                            fetching,
                            () -> replica.isClosed() || view.get().role() != RoleName.LEARNER);
        } catch (IOException | RuntimeException e) {
            failure = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            failure = "was given up";
        }
        String result = failure;
        loop.execute(() -> {
            if (result == null) {
                installer.install(learnId);
            } else {
                learned(learnId, new LearnAnswer.Failed("checkpoint: " + result));
            }
        });
    }

    private void learned(long learnId, LearnAnswer answer) {
        if (!replica.isClosed()) {
            replica.perform(replica.role().onLearned(learnId, answer, loop.nowMs()));
        }
    }
}
