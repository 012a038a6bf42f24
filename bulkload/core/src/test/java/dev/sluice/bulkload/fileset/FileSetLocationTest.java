package dev.sluice.bulkload.fileset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSetLocationTest {
    @Test
    void pathsAreThoseOfPegasus() throws Exception {
        FileSetLocation location = FileSetLocation.parse("bulk/root/", "onebox", "temp");
        assertThat(location.infoPath()).isEqualTo("bulk/root/onebox/temp/bulk_load_info");
        assertThat(location.manifestPath(10)).isEqualTo("bulk/root/onebox/temp/10/bulk_load_metadata");
        assertThat(location.filePath(0, new SstFileName("1.sst"))).isEqualTo("bulk/root/onebox/temp/0/1.sst");
        assertThat(FileSetLocation.parse("/", "c", "a").directory()).isEqualTo("/c/a");
        assertThat(FileSetLocation.parse("", "c", "a").directory()).isEqualTo("c/a");
        assertThat(FileSetLocation.parse("/home/x/.data", "c", "a").directory()).isEqualTo("/home/x/.data/c/a");
    }

    /** B.13. */
    @ParameterizedTest
    @CsvSource({
        "..,c,a",
        "a/../b,c,a",
        "a//b,c,a",
        "/..,c,a",
        "a/.,c,a",
        "r,..,a",
        "r,c/d,a",
        "r,c,../a",
        "r,'',a",
        "r,c,''"
    })
    void aNameThatLeadsElsewhereIsRefused(String root, String cluster, String app) {
        assertThatThrownBy(() -> FileSetLocation.parse(root, cluster, app))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS));
    }
}
