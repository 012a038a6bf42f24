package dev.sluice.meta.journal;

import dev.sluice.common.HostPort;
import dev.sluice.common.time.SystemClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal on Apache Ratis: one Raft group, this process a member of it.
 *
 * <p>The leader lease is renewed by linearizable reads, each of which a majority confirms: as long after the start of such a
 * read as an election takes at least, nobody else leads.
 */
public final class RatisJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(RatisJournal.class);
    private static final RaftGroupId GROUP =
            RaftGroupId.valueOf(UUID.nameUUIDFromBytes("sluice-meta".getBytes(StandardCharsets.UTF_8)));
    /** The lease is renewed so often while an election takes at least. */
    private static final long RENEWALS_PER_ELECTION_TIMEOUT = 10;

    private final RatisOptions options;
    private final SystemClock clock = new SystemClock();
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong nextCallId = new AtomicLong(1);
    private final ScheduledExecutorService leaseTimer;
    private volatile long leaseUntilMs = Long.MIN_VALUE;
    private volatile boolean closed;
    private @Nullable RaftServer server;
    private @Nullable JournalStateMachine stateMachine;

    public RatisJournal(RatisOptions options) {
        this.options = options;
        this.leaseTimer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sluice-meta-lease-" + options.self());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void start(JournalListener listener) {
        JournalStateMachine machine = new JournalStateMachine(new WhileOpen(listener));
        try {
            RaftServer built = RaftServer.newBuilder()
                    .setServerId(peerId(options.self()))
                    .setGroup(RaftGroup.valueOf(GROUP, peers()))
                    .setStateMachine(machine)
                    .setProperties(properties())
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            stateMachine = machine;
            server = built;
            built.start();
        } catch (IOException e) {
            throw new UncheckedIOException("the journal in " + options.directory() + " cannot be started", e);
        }
        long everyMs = Math.max(10, options.electionTimeoutMs() / RENEWALS_PER_ELECTION_TIMEOUT);
        var unused = leaseTimer.scheduleWithFixedDelay(this::renewLease, 0, everyMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletableFuture<ProposeOutcome> propose(byte[] entry) {
        RaftServer running = server;
        JournalStateMachine machine = stateMachine;
        if (running == null || machine == null || closed) {
            return CompletableFuture.completedFuture(new ProposeOutcome.Refused("the journal is not open"));
        }
        long callId = nextCallId.getAndIncrement();
        CompletableFuture<RaftClientReply> reply;
        try {
            reply = running.submitClientRequestAsync(
                    request(callId, RaftClientRequest.writeRequestType(), Message.valueOf(ByteString.copyFrom(entry))));
        } catch (IOException | RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.handle((answer, failure) -> {
            boolean taken = machine.forgetIfTaken(callId);
            if (failure == null && answer != null && answer.isSuccess()) {
                return JournalStateMachine.committed(answer.getMessage());
            }
            Throwable cause = failure != null ? failure : causeOf(answer);
            // What was never handed to the log is not in it; anything else may be, or may get there with another
            // leader.
            return taken ? new ProposeOutcome.Unknown(cause) : new ProposeOutcome.Refused(String.valueOf(cause));
        });
    }

    @Override
    public boolean isLeaderLeaseValid() {
        JournalStateMachine machine = stateMachine;
        return machine != null && machine.isLeading() && clock.nowMs() < leaseUntilMs;
    }

    @Override
    public Optional<HostPort> findLeader() {
        JournalStateMachine machine = stateMachine;
        return machine == null ? Optional.empty() : machine.findLeaderId().flatMap(this::clientsOf);
    }

    @Override
    public void close() {
        closed = true;
        leaseTimer.shutdownNow();
        RaftServer running = server;
        if (running != null) {
            try {
                running.close();
            } catch (IOException e) {
                LOG.warn(
                        "The journal in {} did not close cleanly; what it has committed is safe",
                        options.directory(),
                        e);
            }
        }
    }

    private void renewLease() {
        RaftServer running = server;
        JournalStateMachine machine = stateMachine;
        if (running == null || machine == null || closed || !machine.isLeading()) {
            return;
        }
        long startMs = clock.nowMs();
        try {
            var unused = running.submitClientRequestAsync(
                            request(nextCallId.getAndIncrement(), RaftClientRequest.readRequestType(), Message.EMPTY))
                    .thenAccept(reply -> {
                        if (reply.isSuccess()) {
                            // Clocks of members may run at different speeds: a quarter is left unused.
                            leaseUntilMs = Math.max(leaseUntilMs, startMs + options.electionTimeoutMs() * 3 / 4);
                        }
                    });
        } catch (IOException | RuntimeException e) {
            LOG.debug("The leader lease was not renewed", e);
        }
    }

    private RaftClientRequest request(long callId, RaftClientRequest.Type type, Message message) {
        return RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(peerId(options.self()))
                .setGroupId(GROUP)
                .setCallId(callId)
                .setMessage(message)
                .setType(type)
                .build();
    }

    private static Throwable causeOf(@Nullable RaftClientReply reply) {
        return reply != null && reply.getException() != null
                ? reply.getException()
                : new IOException("no reply from the journal");
    }

    private Optional<HostPort> clientsOf(String peerId) {
        for (int i = 0; i < options.members().size(); i++) {
            if (peerId(i).toString().equals(peerId)) {
                return Optional.of(options.members().get(i).clients());
            }
        }
        return Optional.empty();
    }

    private List<RaftPeer> peers() {
        List<RaftPeer> peers = new ArrayList<>();
        for (int i = 0; i < options.members().size(); i++) {
            RatisOptions.Member member = options.members().get(i);
            String host =
                    i == options.self() ? options.bindHost() : member.clients().host();
            peers.add(RaftPeer.newBuilder()
                    .setId(peerId(i))
                    .setAddress(host + ":" + member.raftPort())
                    .build());
        }
        return peers;
    }

    private static RaftPeerId peerId(int index) {
        return RaftPeerId.valueOf("m" + index);
    }

    private RaftProperties properties() {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.NETTY);
        RatisOptions.Member self = options.members().get(options.self());
        NettyConfigKeys.Server.setHost(properties, options.bindHost());
        NettyConfigKeys.Server.setPort(properties, self.raftPort());
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(options.directory().toFile()));
        RaftServerConfigKeys.setStorageFreeSpaceMin(properties, SizeInBytes.valueOf(0));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(options.firstElectionTimeoutMs()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(2 * options.firstElectionTimeoutMs()));
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(options.electionTimeoutMs()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(2 * options.electionTimeoutMs()));
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        // A closed segment is what can be purged one day; the memory of a segment is taken at once.
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("64KB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        return properties;
    }

    private static TimeDuration millis(long count) {
        return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
    }

    /** Keeps a closed journal quiet. */
    private final class WhileOpen implements JournalListener {
        private final JournalListener listener;

        WhileOpen(JournalListener listener) {
            this.listener = listener;
        }

        @Override
        public void onCommitted(long term, long index, byte[] entry) {
            if (!closed) {
                listener.onCommitted(term, index, entry);
            }
        }

        @Override
        public void onLeading(long term) {
            if (!closed) {
                listener.onLeading(term);
            }
        }

        @Override
        public void onLeadershipLost() {
            if (!closed) {
                listener.onLeadershipLost();
            }
        }

        @Override
        public void onFailed(Throwable cause) {
            if (!closed) {
                listener.onFailed(cause);
            }
        }
    }
}
