package dev.sluice.bulkload.fileset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** B.13, B.14, B.23: what a manifest may say. */
class ManifestTest {
    private static final String PATH = "r/c/a/0/bulk_load_metadata";
    private static final String MD5 = "9e107d9d372bb6826bd81d3542a419d6";

    @Test
    void theExampleOfTheProtocolIsRead() throws Exception {
        Manifest manifest = parse("{\"files\":[{\"name\":\"00001.sst\",\"size\":38210,\"md5\":\"" + MD5
                + "\"}],\"file_total_size\":38210}");
        assertThat(manifest.files()).containsExactly(new SstFile(new SstFileName("00001.sst"), 38210, MD5));
        assertThat(manifest.totalBytes()).isEqualTo(38210);
    }

    /** B.14. */
    @Test
    void aPartitionWithoutFilesIsValid() throws Exception {
        assertThat(parse("{\"files\":[],\"file_total_size\":0}").files()).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadBackEqual() throws Exception {
        Manifest manifest = new Manifest(
                List.of(new SstFile(new SstFileName("b.sst"), 5, MD5), new SstFile(new SstFileName("ä.sst"), 0, "")));
        assertThat(Manifest.parse(PATH, manifest.toJson())).isEqualTo(manifest);
    }

    @Test
    void theDigestDependsOnWhatIsSaidAndNotOnHow() throws Exception {
        Manifest manifest = parse("{\"file_total_size\":3,\"more\":{\"x\":1},\n \"files\":[{\"md5\":\""
                + MD5.toUpperCase(java.util.Locale.ROOT) + "\",\"size\":3,\"name\":\"a\"}]}");
        Manifest same = new Manifest(List.of(new SstFile(new SstFileName("a"), 3, MD5)));
        assertThat(manifest.digest()).isEqualTo(same.digest()).hasSize(64);
        Manifest other = new Manifest(List.of(new SstFile(new SstFileName("a"), 3, "")));
        assertThat(other.digest()).isNotEqualTo(same.digest());
    }

    @Test
    void theDigestDependsOnTheOrderOfTheFiles() {
        SstFile one = new SstFile(new SstFileName("1"), 1, MD5);
        SstFile two = new SstFile(new SstFileName("2"), 1, MD5);
        assertThat(new Manifest(List.of(one, two)).digest()).isNotEqualTo(new Manifest(List.of(two, one)).digest());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"files":[]}                                                              | file_total_size: is missing
        {"file_total_size":0}                                                     | files: is missing
        {"files":{},"file_total_size":0}                                          | files: expected an array
        {"files":[1],"file_total_size":0}                                         | files[0]: expected an object
        {"files":[{"size":1,"md5":""}],"file_total_size":1}                       | files[0].name: is missing
        {"files":[{"name":"a","md5":""}],"file_total_size":1}                     | files[0].size: is missing
        {"files":[{"name":"a","size":1}],"file_total_size":1}                     | files[0].md5: is missing
        {"files":[{"name":1,"size":1,"md5":""}],"file_total_size":1}              | files[0].name: expected a text
        {"files":[{"name":"a","size":"1","md5":""}],"file_total_size":1}          | files[0].size: expected an integer
        {"files":[{"name":"a","size":1.5,"md5":""}],"file_total_size":1}          | files[0].size: expected an integer
        {"files":[{"name":"a","size":-1,"md5":""}],"file_total_size":-1}          | files[0].size: expected an integer
        {"files":[{"name":"a","size":1,"md5":"xyz"}],"file_total_size":1}         | files[0].md5: expected 32 hex digits
        {"files":[{"name":"a","size":1,"md5":""}],"file_total_size":2}            | file_total_size: 2, but the sizes add up to 1
        {"files":[{"name":"a","size":1,"md5":""},{"name":"a","size":1,"md5":""}],"file_total_size":2} | a is listed twice
        {"files":[],"files":[],"file_total_size":0}                               | not JSON
        {"files":[],"file_total_size":0} x                                        | not JSON
        {"files":[],"file_total_size":0                                           | not JSON
        []                                                                        | expected a JSON object
        """)
    void aMalformedManifestIsRefusedByNameAndReason(String json, String reason) {
        assertThatThrownBy(() -> parse(json)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.file()).isEqualTo(PATH);
            assertThat(e.reason()).contains(reason);
            assertThat(e.code()).isEqualTo(ErrorCode.ERR_CORRUPTION);
            assertThat(e.remedy()).isEqualTo(Remedy.FIX_THE_SOURCE);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "1", "\u0000"})
    void whatIsNoObjectIsRefused(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(SourceException.class);
    }

    /** B.13: `../` in a manifest must not reach anything outside of the directory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../x",
                "a/b",
                "/etc/passwd",
                "a\\\\b",
                "",
                "x\\u0000",
                "x\\ny",
                ".hidden",
                "x.part",
                "bulk_load_metadata",
                "\\ud800"
            })
    void aFileNameThatIsNotOnePlainElementIsRefused(String name) {
        assertThatThrownBy(() -> parse(
                        "{\"files\":[{\"name\":\"" + name + "\",\"size\":0,\"md5\":\"\"}],\"file_total_size\":0}"))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).contains("file name"));
    }

    @Test
    void aSumOfSizesThatOverflowsIsRefused() {
        String huge = Long.toString(Long.MAX_VALUE);
        assertThatThrownBy(() -> parse("{\"files\":[{\"name\":\"a\",\"size\":" + huge
                        + ",\"md5\":\"\"},{\"name\":\"b\",\"size\":2,\"md5\":\"\"}],\"file_total_size\":1}"))
                .hasMessageContaining("too large");
    }

    private static Manifest parse(String json) throws SourceException {
        return Manifest.parse(PATH, json.getBytes(UTF_8));
    }
}
