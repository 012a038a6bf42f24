package dev.sluice.dist.onebox;

import dev.sluice.common.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ports for the servers of this process and its children that no other user of this class takes in between.
 *
 * <p>The ports below those that the kernel gives to outgoing connections (Linux: from 32768) are divided into blocks. A process owns
 * the block whose first port it listens on, until it ends, however it ends; within its block it hands out one port after the
 * other. A port that somebody else listens on at this moment is passed over.
 */
public final class FreePorts {
    private static final String HOST = "127.0.0.1";
    private static final int FIRST_BLOCK = 10_000;
    private static final int BLOCKS = 11;
    /** Half of a block is handed out; the other half is for what is at an offset, as the Raft port of a meta server. */
    private static final int HALF_BLOCK = 1000;

    private static @Nullable Block block;

    private FreePorts() {}

    /** So many different addresses of this machine. */
    public static List<HostPort> find(int count) throws IOException {
        return find(count, 0);
    }

    /**
     * So many different addresses of this machine, whose ports plus the offset are free as well.
     *
     * @param offset up to 1,000
     * @throws IOException if there are no such ports, or other processes own all blocks
     */
    public static synchronized List<HostPort> find(int count, int offset) throws IOException {
        Block own = block;
        if (own == null) {
            own = Block.claim();
            block = own;
        }
        List<HostPort> found = new ArrayList<>();
        for (int i = 1; i < HALF_BLOCK && found.size() < count; i++) {
            int port = own.next();
            if (isFree(port) && (offset == 0 || isFree(port + offset))) {
                found.add(new HostPort(HOST, port));
            }
        }
        if (found.size() < count) {
            throw new IOException("found " + found.size() + " free ports on " + HOST + " between " + own.first + " and "
                    + (own.first + HALF_BLOCK) + ", " + count + " are needed");
        }
        return found;
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static final class Block {
        private final int first;
        /** Listens for as long as this process lives: that is the claim. */
        @SuppressWarnings("UnusedVariable")
        private final ServerSocket claim;

        private int handedOut;

        private Block(int first, ServerSocket claim) {
            this.first = first;
            this.claim = claim;
        }

        static Block claim() throws IOException {
            for (int i = 0; i < BLOCKS; i++) {
                int first = FIRST_BLOCK + i * 2 * HALF_BLOCK;
                try {
                    return new Block(first, new ServerSocket(first, 1, InetAddress.getLoopbackAddress()));
                } catch (IOException e) {
                    // Another process owns this block: the next one may be free.
                }
            }
            throw new IOException("all " + BLOCKS + " blocks of ports on " + HOST + " from " + FIRST_BLOCK
                    + " are in use by other processes; end some of them");
        }

        int next() {
            handedOut = handedOut % (HALF_BLOCK - 1) + 1;
            return first + handedOut;
        }
    }
}
