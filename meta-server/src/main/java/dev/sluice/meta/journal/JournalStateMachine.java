package dev.sluice.meta.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/** What Ratis sees of us: hands committed entries and leadership on to the listener. */
final class JournalStateMachine extends BaseStateMachine {
    private final JournalListener listener;
    /** Proposals that were handed to the log and not yet answered, by call id. */
    private final Set<Long> taken = ConcurrentHashMap.newKeySet();

    private volatile boolean leading;
    private volatile @Nullable String leaderId;

    JournalStateMachine(JournalListener listener) {
        this.listener = listener;
    }

    static ProposeOutcome committed(Message answer) {
        ByteBuffer content = answer.getContent().asReadOnlyByteBuffer();
        return new ProposeOutcome.Committed(content.getLong(), content.getLong());
    }

    boolean isLeading() {
        return leading;
    }

    Optional<String> findLeaderId() {
        return Optional.ofNullable(leaderId);
    }

    /** True if that proposal was handed to the log. */
    boolean forgetIfTaken(long callId) {
        return taken.remove(callId);
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        super.initialize(server, groupId, storage);
        getLifeCycle().startAndTransition(() -> {});
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        taken.add(request.getCallId());
        return super.startTransaction(request);
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        listener.onCommitted(
                entry.getTerm(),
                entry.getIndex(),
                entry.getStateMachineLogEntry().getLogData().toByteArray());
        ByteBuffer answer = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(entry.getTerm())
                .putLong(entry.getIndex())
                .flip();
        return CompletableFuture.completedFuture(Message.valueOf(ByteString.copyFrom(answer)));
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public synchronized void notifyLeaderReady() {
        try {
            long term = getServer().join().getDivision(getGroupId()).getInfo().getCurrentTerm();
            leading = true;
            listener.onLeading(term);
        } catch (IOException e) {
            listener.onFailed(e);
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
        lost();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, @Nullable RaftPeerId newLeader) {
        leaderId = newLeader == null ? null : newLeader.toString();
        if (!member.getPeerId().equals(newLeader)) {
            lost();
        }
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
        listener.onFailed(cause);
    }

    private synchronized void lost() {
        if (leading) {
            leading = false;
            listener.onLeadershipLost();
        }
    }
}
