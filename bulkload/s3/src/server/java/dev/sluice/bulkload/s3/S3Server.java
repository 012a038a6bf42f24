package dev.sluice.bulkload.s3;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A server that speaks S3, in a process of its own on the loopback interface. The system property {@code s3proxy.jar} says where its
 * program is.
 */
public final class S3Server implements AutoCloseable {
    /** Names the user whom the server knows. */
    public static final String ACCESS_KEY_ID = "sluice-test";

    /** What that user signs with. */
    public static final String SECRET_ACCESS_KEY = "only-for-this-test-4711";

    private static final Duration START_MAX = Duration.ofSeconds(60);

    /** Below those that the system gives to outgoing connections, so that none has the port when the server starts again. */
    private static final int PORT_MIN = 20_000;

    private static final int PORT_MAX = 32_000;

    private final Path directory;
    private final String provider;
    private final int port;
    private volatile Process process;

    private S3Server(Path directory, String provider, int port) throws IOException {
        this.directory = directory;
        this.provider = provider;
        this.port = port;
        this.process = launch();
        // A test that is broken off leaves no server behind.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly(), "s3-server-end"));
    }

    /**
     * Starts a server and returns when it answers. Its files are in that directory, and there again when it is started again;
     * so a key below the key of a file is an error to it, and not merely missing.
     */
    public static S3Server start(Path directory) throws IOException {
        return start(directory, "filesystem-nio2");
    }

    /** Starts a server and returns when it answers. It forgets its files when it ends; its log is in that directory. */
    public static S3Server startInMemory(Path directory) throws IOException {
        return start(directory, "transient-nio2");
    }

    private static S3Server start(Path directory, String provider) throws IOException {
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(
                directory.resolve("credentials"),
                "[default]\naws_access_key_id = " + ACCESS_KEY_ID + "\naws_secret_access_key = " + SECRET_ACCESS_KEY
                        + "\n");
        // Another process may take a port between the look for it and the start.
        for (int attempt = 0; attempt < 5; attempt++) {
            S3Server server = new S3Server(directory, provider, freePort());
            if (server.awaitAnswer()) {
                return server;
            }
            server.close();
        }
        throw new IOException("the S3 server does not start: " + Files.readString(directory.resolve("log")));
    }

    /** Whether its process runs. */
    public boolean isRunning() {
        return process.isAlive();
    }

    /** Starts it again, on the same port and with the same files. */
    public void restart() throws IOException {
        kill();
        process = launch();
        if (!awaitAnswer()) {
            throw new IOException("the S3 server does not start again: " + Files.readString(directory.resolve("log")));
        }
    }

    /** Ends it as a crash would, and returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        await().atMost(START_MAX).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** A file of credentials that the server accepts. */
    public Path credentialsFile() {
        return directory.resolve("credentials");
    }

    /** What a section says to reach a bucket of this server. */
    public List<String> args(String bucket) {
        return List.of(
                "bucket=" + bucket,
                "endpoint=" + endpoint(),
                "region=us-east-1",
                "credentials_file=" + credentialsFile());
    }

    /** A client of the server, for what a store does not do. */
    public S3Client client() {
        return S3Client.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY_ID, SECRET_ACCESS_KEY)))
                .build();
    }

    /** Makes a bucket. */
    public void createBucket(String bucket) {
        try (S3Client client = client()) {
            client.createBucket(request -> request.bucket(bucket));
        }
    }

    private Process launch() throws IOException {
        Path properties = directory.resolve("server.properties");
        Files.writeString(
                properties,
                String.join(
                        "\n",
                        "s3proxy.endpoint=http://127.0.0.1:" + port,
                        "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ACCESS_KEY_ID,
                        "s3proxy.credential=" + SECRET_ACCESS_KEY,
                        "jclouds.provider=" + provider,
                        "jclouds.identity=unused",
                        "jclouds.credential=unused",
                        "jclouds.filesystem.basedir=" + directory.resolve("data"),
                        ""));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + directory,
                        "-jar",
                        System.getProperty("s3proxy.jar"),
                        "--properties",
                        properties.toString())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .redirectErrorStream(true)
                .start();
    }

    /** Returns false if the process ended instead. */
    private boolean awaitAnswer() {
        await().atMost(START_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(50, TimeUnit.MILLISECONDS)
                .until(() -> !process.isAlive() || answers());
        return process.isAlive();
    }

    private boolean answers() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) endpoint().toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(5000);
            try {
                return connection.getResponseCode() > 0;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Somebody has it.
            }
        }
        throw new IOException("no free port from " + PORT_MIN + " to " + PORT_MAX);
    }
}
