package dev.sluice.dist.onebox;

import dev.sluice.common.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports that nobody listens on at this moment. */
public final class FreePorts {
    private static final String HOST = "127.0.0.1";
    private static final int TRIES = 100;

    private FreePorts() {}

    /** So many different addresses of this machine. */
    public static List<HostPort> find(int count) throws IOException {
        return find(count, 0);
    }

    /** So many different addresses of this machine, whose ports plus the offset are free as well. */
    public static List<HostPort> find(int count, int offset) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<HostPort> found = new ArrayList<>();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            for (int i = 0; i < TRIES && found.size() < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, loopback);
                held.add(socket);
                int port = socket.getLocalPort();
                if (offset == 0 || isFree(port + offset, loopback)) {
                    found.add(new HostPort(HOST, port));
                }
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        if (found.size() < count) {
            throw new IOException("found " + found.size() + " free ports on " + HOST + ", " + count + " are needed");
        }
        return found;
    }

    private static boolean isFree(int port, InetAddress address) {
        if (port > 65535) {
            return false;
        }
        try (ServerSocket probe = new ServerSocket(port, 1, address)) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
