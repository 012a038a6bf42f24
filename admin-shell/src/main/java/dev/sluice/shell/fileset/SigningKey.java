package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.SetSignature;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The option {@code --sign-key}. */
final class SigningKey {
    static final String DESCRIPTION = "Sign the set with this Ed25519 private key (PEM, PKCS #8).";

    private SigningKey() {}

    /** Throws {@link ParameterException} if the file has no key. */
    static Optional<PrivateKey> read(CommandSpec spec, @Nullable Path file) {
        try {
            return file == null ? Optional.empty() : Optional.of(SetSignature.readPrivateKey(file));
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(), "--sign-key=" + file + ": cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--sign-key=" + e.getMessage());
        }
    }
}
