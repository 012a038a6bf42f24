package dev.sluice.bulkload.fileset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetSignatureTest {
    private static final String PATH = "c/app/bulk_load_info";

    private final KeyPair keys = newKeys();
    private final Manifest manifest = new Manifest(List.of(new SstFile(new SstFileName("a.sst"), 3, "")));
    private final BulkLoadInfo info = new BulkLoadInfo(0, "app", 1).withManifests(List.of(manifest));

    @TempDir
    Path directory;

    @Test
    void whatWasSignedIsAcceptedAfterAWayThroughAFile() throws Exception {
        BulkLoadInfo signed = SetSignature.sign(info, keys.getPrivate());
        BulkLoadInfo read = BulkLoadInfo.parse(PATH, signed.toJson());
        assertThat(read).isEqualTo(signed);
        SetSignature.requireSigned(PATH, read, keys.getPublic());
    }

    @Test
    void whatWasChangedOrSignedByOthersOrNotAtAllIsRefused() throws Exception {
        BulkLoadInfo signed = SetSignature.sign(info, keys.getPrivate());
        String json = new String(signed.toJson(), UTF_8);
        BulkLoadInfo changed =
                BulkLoadInfo.parse(PATH, json.replace("\"app\"", "\"ape\"").getBytes(UTF_8));
        assertRefused(changed, "is not signed with the key that is configured, or was changed since");
        assertRefused(SetSignature.sign(info, newKeys().getPrivate()), "is not signed with the key");
        assertRefused(info, "is not signed, expected a signature");
        assertRefused(info.withSignature("?"), "is not signed with the key");
    }

    @Test
    void keysAreReadAsOpensslWritesThem() throws Exception {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        Path file = Files.writeString(
                directory.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + lines.encodeToString(keys.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        BulkLoadInfo signed = SetSignature.sign(info, SetSignature.readPrivateKey(file));
        String word = Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
        SetSignature.requireSigned(PATH, signed, SetSignature.parsePublicKey(word));
    }

    /** A key is not told in an error, not even a broken one. */
    @Test
    void whatIsNoKeyIsRefusedWithoutItsContent() throws Exception {
        Path file = Files.writeString(directory.resolve("key.pem"), "secret");
        assertThatThrownBy(() -> SetSignature.readPrivateKey(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no Ed25519 private key")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> SetSignature.parsePublicKey("nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no Ed25519 public key");
    }

    private void assertRefused(BulkLoadInfo refused, String reason) {
        assertThatThrownBy(() -> SetSignature.requireSigned(PATH, refused, keys.getPublic()))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining(PATH + ": " + reason);
    }

    private static KeyPair newKeys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has Ed25519 since 15", e);
        }
    }
}
