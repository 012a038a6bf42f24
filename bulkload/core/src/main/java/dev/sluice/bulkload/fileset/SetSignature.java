package dev.sluice.bulkload.fileset;

import dev.sluice.common.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * Who made a set: an Ed25519 signature (RFC 8032) in the description, of all its other members. Since these have the digests
 * of all manifests, and a manifest the MD5 and CRC32C of each file, nobody else can change any of them unnoticed.
 */
public final class SetSignature {
    private static final String ALGORITHM = "Ed25519";
    private static final String PURPOSE = "sluice file set 1\n";
    private static final int KEY_FILE_BYTES_MAX = 16 * 1024;

    private SetSignature() {}

    /**
     * Reads a private key: PKCS #8 in PEM, as {@code openssl genpkey -algorithm ed25519} writes it. Throws {@link
     * IllegalArgumentException} if it is no such key; nothing of its content is in the message.
     */
    public static PrivateKey readPrivateKey(Path file) throws IOException {
        if (Files.size(file) > KEY_FILE_BYTES_MAX) {
            throw new IllegalArgumentException(file + ": too long for a private key");
        }
        String body = Files.readString(file, StandardCharsets.US_ASCII)
                .replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "")
                .replaceAll("\\s", "");
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + ": no Ed25519 private key in PEM (openssl genpkey -algorithm ed25519)");
        }
    }

    /**
     * Reads a public key: the lines between {@code BEGIN} and {@code END PUBLIC KEY} of a PEM file as one word. Throws {@link
     * IllegalArgumentException} if it is none.
     */
    public static PublicKey parsePublicKey(String base64) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "no Ed25519 public key in base64 (openssl pkey -in key.pem -pubout, without the first and last"
                            + " line)",
                    e);
        }
    }

    /** The description with a signature. It must have the digests of the manifests. */
    public static BulkLoadInfo sign(BulkLoadInfo info, PrivateKey key) {
        if (info.manifestDigests().isEmpty()) {
            throw new IllegalArgumentException(info.appName() + ": a set without digests of its manifests is signed");
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(signedBytes(info));
            return info.withSignature(Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("signing failed: " + e.getMessage(), e);
        }
    }

    /** Refuses a set that is not signed with the key that belongs to this one. */
    public static void requireSigned(String infoPath, BulkLoadInfo info, PublicKey key) throws SourceException {
        if (info.signature().isEmpty() || info.manifestDigests().isEmpty()) {
            throw refusal(infoPath, "is not signed, expected a signature with the key that is configured");
        }
        boolean isRight;
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(signedBytes(info));
            isRight = signature.verify(Base64.getDecoder().decode(info.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            isRight = false;
        }
        if (!isRight) {
            throw refusal(infoPath, "is not signed with the key that is configured, or was changed since");
        }
    }

    private static SourceException refusal(String infoPath, String reason) {
        return new SourceException(infoPath, reason, ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE);
    }

    private static byte[] signedBytes(BulkLoadInfo info) {
        String json = new String(info.withSignature("").toJson(), StandardCharsets.UTF_8);
        return (PURPOSE + json).getBytes(StandardCharsets.UTF_8);
    }
}
