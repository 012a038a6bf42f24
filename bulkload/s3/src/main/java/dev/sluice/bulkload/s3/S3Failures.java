package dev.sluice.bulkload.s3;

import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** Says of what went wrong whether asking again can help, and what to do if not: in one line, without any secret. */
final class S3Failures {
    private static final int WORDS_CHARS_MAX = 300;

    /** Codes of answers whose status alone would say the opposite. */
    private static final Set<String> TRANSIENT_CODES = Set.of(
            "SlowDown",
            "RequestTimeout",
            "RequestTimeoutException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequests",
            "RequestLimitExceeded",
            "InternalError",
            "ServiceUnavailable",
            "OperationAborted",
            "ConditionalRequestConflict",
            "BadDigest",
            "IncompleteBody",
            // The parts expired, or a repeated commit found that the first one was done: the file is to be written
            // again.
            "NoSuchUpload");

    private static final Set<String> CREDENTIALS_CODES = Set.of(
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidToken",
            "ExpiredToken",
            "TokenRefreshRequired",
            "InvalidSecurity",
            "AuthorizationHeaderMalformed");

    private final S3Settings settings;

    S3Failures(S3Settings settings) {
        this.settings = settings;
    }

    BlockStoreException of(String path, Throwable e) {
        if (e instanceof BlockStoreException known) {
            return known;
        }
        if (e instanceof AwsServiceException answer) {
            return ofAnswer(path, answer);
        }
        return ofCall(path, e);
    }

    BlockStoreException noSuchBucket(String path, @Nullable Throwable cause) {
        return permanent(
                path,
                "no such bucket '" + settings.bucket() + "' at " + settings.server()
                        + ": create it, or correct bucket=, endpoint= or region=",
                cause);
    }

    static BlockStoreException noSuchFile(String path, @Nullable Throwable cause) {
        return new BlockStoreException(Kind.NOT_FOUND, path + ": no such file", cause);
    }

    BlockStoreException brokenOff(String path, String words, @Nullable Throwable cause) {
        return new BlockStoreException(Kind.TRANSIENT, path + ": " + place() + ": " + words, cause);
    }

    BlockStoreException permanent(String path, String words, @Nullable Throwable cause) {
        return new BlockStoreException(Kind.PERMANENT, path + ": " + words, cause);
    }

    static String code(AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    private BlockStoreException ofAnswer(String path, AwsServiceException e) {
        String code = code(e);
        int status = e.statusCode();
        if (code.equals("NoSuchBucket")) {
            return noSuchBucket(path, e);
        }
        // A commit of several parts may fail with the status of success.
        if (TRANSIENT_CODES.contains(code) || e.isThrottlingException() || isTransient(status)) {
            return brokenOff(path, words(e), e);
        }
        if (status == 404) {
            return noSuchFile(path, e);
        }
        Optional<String> region = regionOfBucket(e);
        boolean elsewhere = region.isPresent()
                && settings.region().filter(region.get()::equals).isEmpty();
        if (status < 400 || (elsewhere && status == 400)) {
            return permanent(
                    path,
                    "bucket '" + settings.bucket() + "' is "
                            + region.map(name -> "in region " + name + ": set region=" + name)
                                    .orElse("elsewhere: correct region= or endpoint=")
                            + " (" + words(e) + ")",
                    e);
        }
        if (CREDENTIALS_CODES.contains(code)) {
            return permanent(
                    path,
                    settings.server() + " does not accept the credentials for bucket '" + settings.bucket()
                            + "': correct " + placeOfCredentials() + " (" + words(e) + ")",
                    e);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return permanent(path, place() + ": set the clock of this machine (" + words(e) + ")", e);
        }
        if (status == 401 || status == 403) {
            return permanent(
                    path,
                    place() + ": access denied: let the credentials from " + placeOfCredentials()
                            + " list, read and write below " + settings.describe("") + " (" + words(e) + ")",
                    e);
        }
        return permanent(path, place() + ": the request is refused (" + words(e) + ")", e);
    }

    private static boolean isTransient(int status) {
        return status < 300
                || status == 408
                || status == 409
                || status == 425
                || status == 429
                || (status >= 500 && status != 501 && status != 505);
    }

    private static Optional<String> regionOfBucket(AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        return details == null || details.sdkHttpResponse() == null
                ? Optional.empty()
                : details.sdkHttpResponse()
                        .firstMatchingHeader("x-amz-bucket-region")
                        .map(S3Failures::oneLine);
    }

    private BlockStoreException ofCall(String path, Throwable e) {
        if (find(e, S3Credentials.MissingException.class) != null) {
            return permanent(
                    path, "no credentials for bucket '" + settings.bucket() + "': " + adviceOnCredentials(), e);
        }
        BlockStoreException own = find(e, BlockStoreException.class);
        if (own != null) {
            return own;
        }
        UnknownHostException host = find(e, UnknownHostException.class);
        if (host != null) {
            return permanent(
                    path,
                    place() + ": unknown host " + oneLine(String.valueOf(host.getMessage()))
                            + ": correct endpoint= or region=, or the name service of this machine",
                    e);
        }
        SSLException tls = find(e, SSLException.class);
        if (tls != null
                && find(tls, EOFException.class) == null
                && find(tls, SocketException.class) == null
                && find(tls, SocketTimeoutException.class) == null) {
            return permanent(
                    path,
                    place() + ": no trusted TLS connection: renew or trust the server's certificate, or correct"
                            + " endpoint= (" + oneLine(String.valueOf(tls.getMessage())) + ")",
                    e);
        }
        if (find(e, ApiCallAttemptTimeoutException.class) != null
                || find(e, ApiCallTimeoutException.class) != null
                || find(e, SocketTimeoutException.class) != null
                || find(e, CancellationException.class) != null) {
            return brokenOff(path, "no answer in " + settings.timeoutMs() + " ms", e);
        }
        if (find(e, AbortedException.class) != null || find(e, InterruptedException.class) != null) {
            return brokenOff(path, "interrupted", e);
        }
        if (find(e, InterruptedIOException.class) != null) {
            return brokenOff(
                    path,
                    "no free connection of " + settings.connectionsMax() + " in " + settings.connectionWaitMs() + " ms",
                    e);
        }
        return brokenOff(path, oneLine(lastWords(e)), e);
    }

    private String place() {
        return "s3://" + settings.bucket()
                + settings.endpoint().map(uri -> " at " + uri).orElse("");
    }

    private String placeOfCredentials() {
        return settings.credentialsFile()
                        .map(file -> "credentials_file=" + file)
                        .orElse("the environment or ~/.aws")
                + settings.profile().map(name -> ", profile " + name).orElse("");
    }

    private String adviceOnCredentials() {
        return settings.credentialsFile()
                .map(file -> "put aws_access_key_id and aws_secret_access_key under ["
                        + settings.profile().orElse("default") + "] into " + file)
                .orElse("set credentials_file=<file>, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the"
                        + " environment, or write ~/.aws/credentials"
                        + settings.profile()
                                .map(name -> " with a section [" + name + "]")
                                .orElse(""));
    }

    /** The store's own words. */
    private static String words(AwsServiceException e) {
        StringBuilder words = new StringBuilder("answer ").append(e.statusCode());
        String code = code(e);
        if (!code.isEmpty() && !code.equals(Integer.toString(e.statusCode()))) {
            words.append(' ').append(code);
        }
        AwsErrorDetails details = e.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        if (message != null && !message.isBlank() && !message.equals(code)) {
            words.append(": ").append(message);
        }
        return oneLine(words.toString());
    }

    /** What the innermost cause says: what the SDK wraps around it is the same for every call. */
    private static String lastWords(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        String message = last.getMessage();
        return message == null || message.isBlank() ? last.getClass().getSimpleName() : message;
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").trim();
        return line.length() > WORDS_CHARS_MAX ? line.substring(0, WORDS_CHARS_MAX) + "…" : line;
    }

    private static <T extends Throwable> @Nullable T find(Throwable e, Class<T> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
