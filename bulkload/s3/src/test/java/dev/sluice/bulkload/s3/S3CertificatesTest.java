package dev.sluice.bulkload.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store makes of the certificate of a server. */
final class S3CertificatesTest {
    private static final String PASSWORD = "changeit";
    /** Where the JVM looks for the authorities that it trusts. */
    private static final String TRUSTED = "javax.net.ssl.trustStore";

    private static final String TRUSTED_PASSWORD = "javax.net.ssl.trustStorePassword";

    @TempDir
    private Path directory;

    private @Nullable HttpsServer server;

    @BeforeEach
    void trustAnAuthority() throws Exception {
        keytool("authority", "-genkeypair", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c");
        keytool("authority", "-exportcert", "-rfc", "-file", file("authority.pem"));
        keytool("trusted", "-importcert", "-noprompt", "-file", file("authority.pem"));
        System.setProperty(TRUSTED, file("trusted"));
        System.setProperty(TRUSTED_PASSWORD, PASSWORD);
    }

    @AfterEach
    void trustTheUsualOnesAgain() {
        System.clearProperty(TRUSTED);
        System.clearProperty(TRUSTED_PASSWORD);
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void aCertificateOfATrustedAuthorityIsTrusted() throws Exception {
        try (BlockStore store = openAtServerOfKeysSigned("-validity", "1")) {
            assertThat(store.size("file")).isEqualTo(7);
        }
    }

    @Test
    void oneThatHasExpiredIsNotAskedAgain() throws Exception {
        try (BlockStore store = openAtServerOfKeysSigned("-startdate", "-10d", "-validity", "1")) {
            assertRefused(store, "validity check failed");
        }
    }

    @Test
    void oneThatNobodyTrustedSignedIsNotAskedAgain() throws Exception {
        newKeys();
        try (BlockStore store = openAtServer()) {
            assertRefused(store, "unable to find valid certification path");
        }
    }

    private static void assertRefused(BlockStore store, String why) {
        BlockStoreException refusal = catchThrowableOfType(BlockStoreException.class, () -> store.size("file"));
        assertThat(refusal.kind()).isEqualTo(Kind.PERMANENT);
        assertThat(refusal)
                .hasMessageContaining("no trusted TLS connection: renew or trust the server's certificate")
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }

    private BlockStore openAtServerOfKeysSigned(String... validity) throws Exception {
        newKeys();
        keytool("server", "-certreq", "-file", file("request"));
        List<String> sign = new ArrayList<>(List.of("-gencert", "-rfc", "-ext", "san=ip:127.0.0.1"));
        sign.addAll(List.of("-infile", file("request"), "-outfile", file("server.pem")));
        sign.addAll(List.of(validity));
        keytool("authority", sign.toArray(String[]::new));
        Files.writeString(
                directory.resolve("chain.pem"),
                Files.readString(directory.resolve("server.pem"))
                        + Files.readString(directory.resolve("authority.pem")));
        keytool("server", "-importcert", "-noprompt", "-file", file("chain.pem"));
        return openAtServer();
    }

    private void newKeys() throws Exception {
        keytool("server", "-genkeypair", "-keyalg", "EC", "-dname", "CN=server", "-ext", "san=ip:127.0.0.1");
    }

    /** Starts a server with the keys, and opens the store there. */
    private BlockStore openAtServer() throws Exception {
        HttpsServer started = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server = started;
        started.setHttpsConfigurator(new HttpsConfigurator(contextOfKeys()));
        started.createContext("/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("Content-Length", "7");
                exchange.sendResponseHeaders(200, -1);
            }
        });
        started.start();
        Path credentials = Files.writeString(
                directory.resolve("credentials"),
                "[default]\naws_access_key_id = " + S3Server.ACCESS_KEY_ID + "\naws_secret_access_key = "
                        + S3Server.SECRET_ACCESS_KEY + "\n");
        List<String> args = List.of(
                "bucket=sets",
                "endpoint=https://127.0.0.1:" + started.getAddress().getPort(),
                "credentials_file=" + credentials);
        return new S3BlockStoreType().open(new BlockService("secure", S3BlockStoreType.NAME, args));
    }

    private SSLContext contextOfKeys() throws Exception {
        KeyStore keys = KeyStore.getInstance(directory.resolve("server").toFile(), PASSWORD.toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Runs the JDK's tool on the key store of that name. */
    private void keytool(String store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", file(store), "-storepass", PASSWORD));
        Path output = directory.resolve("keytool.log");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(keytool.waitFor())
                .as("%s: %s", command, Files.readString(output))
                .isZero();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }
}
