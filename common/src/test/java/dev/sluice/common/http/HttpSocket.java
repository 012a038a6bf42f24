package dev.sluice.common.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.common.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;

/** A client of bytes, for what no decent HTTP client would send. */
final class HttpSocket implements AutoCloseable {
    private final Socket socket;

    HttpSocket(HostPort server) throws IOException {
        socket = new Socket(server.host(), server.port());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
    }

    HttpSocket send(String text) throws IOException {
        try {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        } catch (SocketException e) {
            // closed already: what was said before that is read below
        }
        return this;
    }

    /** The next answer, with its headers. */
    String receive() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        int bodyBytes = -1;
        while (bodyBytes != 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            answer.write(next);
            if (bodyBytes > 0) {
                bodyBytes--;
            } else if (bodyBytes < 0 && answer.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                bodyBytes = contentLength(answer.toString(ISO_8859_1));
            }
        }
        return answer.toString(ISO_8859_1);
    }

    /** Everything until the server closes the connection. */
    String receiveAll() throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (SocketException e) {
            return "";
        }
    }

    private static int contentLength(String headers) {
        for (String line : headers.split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
