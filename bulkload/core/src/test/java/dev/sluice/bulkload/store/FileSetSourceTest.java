package dev.sluice.bulkload.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.bulkload.store.testing.StoreFault;
import dev.sluice.common.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** B.13: what a start is told about a set that can not be read. */
class FileSetSourceTest {
    private final InMemoryBlockStore store = new InMemoryBlockStore();
    private final FileSetLocation location = new FileSetLocation("root", "onebox", "temp");
    private final FileSetSource source = new FileSetSource(store, location);

    @Test
    void aSetIsReadFromItsPlaces() throws Exception {
        BulkLoadInfo info = new BulkLoadInfo(2, "temp", 4);
        Manifest manifest = new Manifest(List.of(new SstFile(new SstFileName("1.sst"), 3, "")));
        store.put("root/onebox/temp/bulk_load_info", info.toJson());
        store.put("root/onebox/temp/3/bulk_load_metadata", manifest.toJson());
        assertThat(source.readInfo()).isEqualTo(info);
        assertThat(source.partition(3).readManifest()).isEqualTo(manifest);
        assertThat(source.partition(3).readManifest(manifest.digest())).isEqualTo(manifest);
    }

    @Test
    void aMissingDescriptionIsNotFoundAndAnUnreadableOneIsNot() {
        assertThatThrownBy(source::readInfo)
                .satisfies(e -> is(e, ErrorCode.ERR_OBJECT_NOT_FOUND, Remedy.FIX_THE_SOURCE));
        store.put(location.infoPath(), new BulkLoadInfo(2, "temp", 4).toJson());
        store.failReads(location.infoPath(), StoreFault.TIME_OUT, StoreFault.SHORT_READ, StoreFault.DENIED);
        assertThatThrownBy(source::readInfo).satisfies(e -> is(e, ErrorCode.ERR_FS_INTERNAL, Remedy.RETRY));
        assertThatThrownBy(source::readInfo).satisfies(e -> is(e, ErrorCode.ERR_FS_INTERNAL, Remedy.RETRY));
        assertThatThrownBy(source::readInfo)
                .hasMessageContaining("permission denied")
                .satisfies(e -> is(e, ErrorCode.ERR_FS_INTERNAL, Remedy.FIX_THE_SOURCE));
    }

    @Test
    void aMissingManifestIsADamagedSet() {
        assertThatThrownBy(() -> source.partition(0).readManifest())
                .hasMessageContaining("root/onebox/temp/0/bulk_load_metadata")
                .satisfies(e -> is(e, ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE));
    }

    @Test
    void aManifestThatChangedBetweenTwoReadsIsRefused() throws Exception {
        String path = location.manifestPath(0);
        store.put(path, "{\"files\":[],\"file_total_size\":0}".getBytes(UTF_8));
        String pinned = source.partition(0).readManifest().digest();
        store.put(path, "{\"files\":[{\"name\":\"a\",\"size\":1,\"md5\":\"\"}],\"file_total_size\":1}".getBytes(UTF_8));
        assertThatThrownBy(() -> source.partition(0).readManifest(pinned))
                .hasMessageContaining(path)
                .hasMessageContaining("changed since the load started")
                .satisfies(e -> is(e, ErrorCode.ERR_CORRUPTION, Remedy.FIX_THE_SOURCE));
    }

    @Test
    void aFileOfAnotherSizeIsFoundWithoutReadingIt() throws Exception {
        Manifest manifest = new Manifest(List.of(new SstFile(new SstFileName("1.sst"), 4096, "")));
        store.put(location.filePath(0, new SstFileName("1.sst")), new byte[1024]);
        assertThatThrownBy(() -> source.partition(0).checkSizes(manifest))
                .hasMessageContaining("1.sst: expected 4096 bytes, found 1024");
        assertThat(store.bytesRead(location.filePath(0, new SstFileName("1.sst"))))
                .isZero();
    }

    private static void is(Throwable e, ErrorCode code, Remedy remedy) {
        assertThat(e).isInstanceOfSatisfying(SourceException.class, failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.remedy()).isEqualTo(remedy);
        });
    }
}
