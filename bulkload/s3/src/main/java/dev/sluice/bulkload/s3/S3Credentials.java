package dev.sluice.bulkload.s3;

import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Finds credentials when they are first needed, and says plainly that there are none. */
final class S3Credentials implements AwsCredentialsProvider, SdkAutoCloseable {
    private final AwsCredentialsProvider places;

    private S3Credentials(AwsCredentialsProvider places) {
        this.places = places;
    }

    static S3Credentials of(S3Settings settings) {
        if (settings.credentialsFile().isEmpty()) {
            DefaultCredentialsProvider.Builder chain = DefaultCredentialsProvider.builder();
            settings.profile().ifPresent(chain::profileName);
            return new S3Credentials(chain.build());
        }
        ProfileCredentialsProvider.Builder file = ProfileCredentialsProvider.builder()
                .profileFile(ProfileFileSupplier.reloadWhenModified(
                        settings.credentialsFile().get(), ProfileFile.Type.CREDENTIALS));
        file.profileName(settings.profile().orElse("default"));
        return new S3Credentials(file.build());
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return places.resolveCredentials();
        } catch (RuntimeException e) {
            throw new MissingException(e);
        }
    }

    @Override
    public void close() {
        if (places instanceof SdkAutoCloseable open) {
            open.close();
        }
    }

    @Override
    public String toString() {
        return "S3Credentials";
    }

    /** No place had credentials. What the SDK says about it is kept as the cause only: it may quote a file. */
    static final class MissingException extends RuntimeException {
        MissingException(RuntimeException cause) {
            super("no credentials", cause);
        }
    }
}
