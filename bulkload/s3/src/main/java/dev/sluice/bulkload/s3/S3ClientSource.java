package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockStoreException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.InstanceProfileRegionProvider;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The one client of a store. It is built when it is first needed, as the search for a region may ask the network. */
final class S3ClientSource implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 3;

    private final S3Settings settings;
    private @Nullable S3Client client;
    private @Nullable S3Credentials credentials;
    private boolean closed;

    S3ClientSource(S3Settings settings) {
        this.settings = settings;
    }

    synchronized S3Client get() throws BlockStoreException {
        if (closed) {
            throw new BlockStoreException(
                    BlockStoreException.Kind.PERMANENT, settings.describe("") + ": the store is closed");
        }
        if (client == null) {
            credentials = S3Credentials.of(settings);
            client = build(credentials);
        }
        return client;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close();
        }
        if (credentials != null) {
            credentials.close();
        }
    }

    private S3Client build(S3Credentials from) {
        Duration timeout = Duration.ofMillis(settings.timeoutMs());
        S3ClientBuilder builder = S3Client.builder()
                .region(region())
                .credentialsProvider(from)
                .forcePathStyle(settings.pathStyle())
                // Many servers that speak S3 know no other checksums than the ones that a request must have.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(settings.connectionsMax())
                        .connectionTimeout(timeout)
                        .socketTimeout(timeout)
                        // Earlier than the attempt ends, so that it is told apart from a server that does not answer.
                        .connectionAcquisitionTimeout(Duration.ofMillis(settings.connectionWaitMs()))
                        .tcpKeepAlive(true))
                .overrideConfiguration(override -> override.apiCallAttemptTimeout(timeout)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS_MAX)
                                .build()));
        settings.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private Region region() {
        return settings.region()
                .map(Region::of)
                .or(() -> found(new SystemSettingsRegionProvider()))
                .or(() -> found(new AwsProfileRegionProvider(
                        ProfileFile::defaultProfileFile, settings.profile().orElse(null))))
                // Only on a machine of AWS somebody answers; a server of one's own takes any region.
                .or(() ->
                        settings.endpoint().isPresent() ? Optional.empty() : found(new InstanceProfileRegionProvider()))
                .orElse(Region.US_EAST_1);
    }

    private static Optional<Region> found(AwsRegionProvider provider) {
        try {
            return Optional.ofNullable(provider.getRegion());
        } catch (SdkClientException | IllegalArgumentException e) {
            // Nobody says one, or somebody an empty one.
            return Optional.empty();
        }
    }
}
