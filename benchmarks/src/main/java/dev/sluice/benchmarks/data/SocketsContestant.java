package dev.sluice.benchmarks.data;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way there and back without a store: requests and replies about as long as the client's (all requests begin as a get
 * does), handed to one network thread, which sends them over one socket to each of so many servers, which have a thread each
 * and do nothing. What no store behind sockets can go below, on this machine and at this time.
 */
final class SocketsContestant implements Contestant, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketsContestant.class);

    /** A get of a row of {@link DataSet} in the protocol of Pegasus. */
    private static final int REQUEST_BYTES = 108;
    /** The reply to it without the value. */
    private static final int REPLY_BYTES = 102;
    /** A row of the reply to a scan without the value. */
    private static final int SCANNED_ROW_BYTES = 18;

    private final int valueBytes;
    private final int inFlightMax;
    private final Selector selector;
    private final List<BareConnection> connections = new ArrayList<>();
    private final Queue<HandedOver> handedOver = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final List<Thread> servers = new ArrayList<>();
    private @Nullable Thread networkThread;
    private volatile boolean over;

    private record HandedOver(int connection, BareConnection.Request request) {}

    /** What a thread does. */
    private interface Work {
        void run() throws IOException;
    }

    private SocketsContestant(Selector selector, int valueBytes, int inFlightMax) {
        this.selector = selector;
        this.valueBytes = valueBytes;
        this.inFlightMax = inFlightMax;
    }

    /** Starts so many servers on the loopback interface, and connects to them. */
    static SocketsContestant open(int servers, int valueBytes, int inFlightMax) throws IOException {
        SocketsContestant contestant = new SocketsContestant(Selector.open(), valueBytes, inFlightMax);
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            for (int i = 0; i < servers; i++) {
                SocketChannel client = SocketChannel.open(listening.getLocalAddress());
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                contestant.connections.add(BareConnection.of(client, contestant.selector));
                SocketChannel served = listening.accept();
                served.setOption(StandardSocketOptions.TCP_NODELAY, true);
                contestant.servers.add(start("bare-server-" + i, () -> new BareServer(served).serve()));
            }
            contestant.networkThread = start("bare-client-io", contestant::carry);
            return contestant;
        } catch (IOException | RuntimeException e) {
            try {
                contestant.close();
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    @Override
    public String name() {
        return "sockets alone";
    }

    @Override
    public int inFlightMax() {
        return inFlightMax;
    }

    @Override
    public void read(long row, Done done) {
        handOver(row, REQUEST_BYTES, REPLY_BYTES + valueBytes, done);
    }

    @Override
    public void write(long row, byte[] value, Done done) {
        handOver(row, REQUEST_BYTES + value.length, REPLY_BYTES, done);
    }

    @Override
    public void scan(long row, int rowsMax, Done done) {
        long rows = Math.min(rowsMax, DataSet.ROWS_PER_HASH_KEY - row % DataSet.ROWS_PER_HASH_KEY);
        handOver(row, REQUEST_BYTES, (int) (REPLY_BYTES + rows * (SCANNED_ROW_BYTES + valueBytes)), done);
    }

    /** What is under way fails. */
    @Override
    public void close() throws IOException {
        over = true;
        selector.wakeup();
        boolean interrupted = networkThread != null && !join(networkThread);
        for (BareConnection connection : connections) {
            connection.close();
        }
        selector.close();
        for (Thread server : servers) {
            interrupted |= !join(server);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean join(Thread thread) {
        try {
            thread.join();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void handOver(long row, int bytes, int replyBytes, Done done) {
        int connection = Math.floorMod(Long.hashCode(row / DataSet.ROWS_PER_HASH_KEY), connections.size());
        handedOver.add(new HandedOver(connection, new BareConnection.Request(bytes, replyBytes, done)));
        if (!awake.getAndSet(true)) {
            selector.wakeup();
        }
        if (over) {
            failHandedOver();
        }
    }

    /** The network thread. */
    private void carry() throws IOException {
        try {
            while (!over) {
                awake.set(false);
                if (handedOver.isEmpty()) {
                    selector.select();
                } else {
                    selector.selectNow();
                }
                awake.set(true);
                receive();
                send();
            }
        } finally {
            over = true;
            connections.forEach(BareConnection::fail);
            failHandedOver();
        }
    }

    private void receive() throws IOException {
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isReadable() && key.attachment() instanceof BareConnection connection) {
                connection.receive();
            }
        }
        selector.selectedKeys().clear();
    }

    private void send() throws IOException {
        for (HandedOver next = handedOver.poll(); next != null; next = handedOver.poll()) {
            connections.get(next.connection()).add(next.request());
        }
        for (BareConnection connection : connections) {
            if (connection.isUnsent()) {
                connection.send();
            }
        }
    }

    private void failHandedOver() {
        for (HandedOver next = handedOver.poll(); next != null; next = handedOver.poll()) {
            next.request().done().done(false);
        }
    }

    private static Thread start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | RuntimeException e) {
                        LOG.error("{}: the connection failed", name, e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
