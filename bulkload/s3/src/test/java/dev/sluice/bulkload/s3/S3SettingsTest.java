package dev.sluice.bulkload.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreType;
import dev.sluice.bulkload.store.BlockStores;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3SettingsTest {
    @TempDir
    Path directory;

    private static S3Settings settings(String args) {
        return S3Settings.of(BlockService.of("backup", S3BlockStoreType.NAME, args));
    }

    @Test
    void aBucketIsEnough() {
        assertThat(settings("bucket=sets"))
                .isEqualTo(new S3Settings(
                        "sets",
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        30_000,
                        64,
                        16 * 1024 * 1024));
    }

    @Test
    void everyArgumentIsTaken() throws Exception {
        Path file = Files.writeString(directory.resolve("credentials"), "");
        assertThat(settings("bucket=sets prefix=/loads/daily/ region=eu-central-1 endpoint=https://s3.example.com:9000"
                        + " path_style=false credentials_file=" + file
                        + " profile=loader timeout_ms=500 connections_max=8 part_bytes=5242880"))
                .isEqualTo(new S3Settings(
                        "sets",
                        "loads/daily",
                        Optional.of("eu-central-1"),
                        Optional.of(URI.create("https://s3.example.com:9000")),
                        false,
                        Optional.of(file),
                        Optional.of("loader"),
                        500,
                        8,
                        5_242_880));
    }

    @Test
    void anEndpointOfOnesOwnHasTheBucketInThePath() {
        assertThat(settings("bucket=sets endpoint=http://127.0.0.1:9000").pathStyle())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                         | no bucket, expected bucket=<name>
                    prefix=x                                   | no bucket, expected bucket=<name>
                    bucket=                                    | bucket= is not right, expected the name of a bucket
                    bucket=s3://sets                           | bucket=s3://sets is not right, expected the name of a bucket
                    bucket=sets/daily                          | bucket=sets/daily is not right, expected the name of a bucket
                    bucket=sets bucket=other                   | bucket is given twice, expected once
                    bucket=sets prefix=../other                | prefix=../other is not right, expected a path
                    bucket=sets prefix=a//b                    | prefix=a//b is not right, expected a path
                    bucket=sets region=evil.com/               | region=evil.com/ is not right, expected the name of a region
                    bucket=sets region=                        | region= is not right, expected the name of a region
                    bucket=sets endpoint=                      | endpoint= is not right, expected a value
                    bucket=sets endpoint=s3.example.com        | endpoint=s3.example.com is not right, expected a URL
                    bucket=sets endpoint=ftp://s3.example.com  | endpoint=ftp://s3.example.com is not right, expected a URL
                    bucket=sets endpoint=http://a/?x=y         | endpoint=http://a/?x=y is not right, expected a URL
                    bucket=sets endpoint=http://a:b            | endpoint=http://a:b is not right, expected a URL
                    bucket=sets path_style=yes                 | path_style=yes is not right, expected true or false
                    bucket=sets credentials_file=/no/such      | credentials_file=/no/such is not right, expected a file
                    bucket=sets profile=                       | profile= is not right, expected a value
                    bucket=sets timeout_ms=30s                 | timeout_ms=30s is not right, expected a whole number from 1
                    bucket=sets timeout_ms=0                   | timeout_ms=0 is not right, expected a whole number from 1
                    bucket=sets connections_max=0              | connections_max=0 is not right, expected a whole number from 1
                    bucket=sets part_bytes=5242879             | part_bytes=5242879 is not right, expected a whole number from 5242880
                    bucket=sets part_bytes=9999999999          | part_bytes=9999999999 is not right, expected a whole number
                    """)
    void whatIsNotRightIsRefused(String args, String message) {
        assertThatThrownBy(() -> settings(args))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("[block_service.backup] args: ")
                .hasMessageContaining(message);
    }

    /** Arguments are logged and shown, so somebody who puts a secret there is told so, and it is not repeated. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bucket=sets secret_access_key=hunter2",
                "bucket=sets hunter2",
                "bucket=sets endpoint=https://me:hunter2@s3.example.com"
            })
    void aSecretIsRefusedAndNotRepeated(String args) {
        assertThatThrownBy(() -> settings(args))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aUriSaysTheBucket() {
        BlockService service = new S3BlockStoreType().serviceOf(URI.create("s3://sets/daily/x"), List.of("region=r"));
        assertThat(service)
                .isEqualTo(new BlockService("s3://sets/daily/x", "s3_service", List.of("bucket=sets", "region=r")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3:///daily", "s3://me:hunter2@sets/daily", "s3://sets/daily?x=y", "s3://sets/daily#x"})
    void aUriThatSaysNoBucketOrTooMuchIsRefused(String uri) {
        assertThatThrownBy(() -> new S3BlockStoreType().serviceOf(URI.create(uri), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected s3://bucket/path")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void theTypeIsFoundAsAService() {
        assertThat(ServiceLoader.load(BlockStoreType.class))
                .extracting(BlockStoreType::name, BlockStoreType::scheme)
                .containsExactly(tuple("s3_service", "s3"));
    }

    /** What is asked of them goes to the server of each; a server that knows both starts without asking either. */
    @Test
    void twoServicesOfOneTypeAreTwoStores() throws Exception {
        try (BlockStores stores = new BlockStores(List.of(
                BlockService.of("one", S3BlockStoreType.NAME, "bucket=first endpoint=http://127.0.0.1:1"),
                BlockService.of("two", S3BlockStoreType.NAME, "bucket=second prefix=p")))) {
            BlockStore one = stores.require("one");
            BlockStore two = stores.require("two");
            assertThat(one.describe("/x/y")).isEqualTo("s3://first/x/y");
            assertThat(two.describe("x/y")).isEqualTo("s3://second/p/x/y");
            assertThat(stores.require("one")).isSameAs(one).isNotSameAs(two);
        }
    }
}
