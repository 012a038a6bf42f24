package dev.sluice.bulkload.fileset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sets that were written once are read for ever: one pair of files for each version of the format. */
class GoldenFormatTest {
    private static final String PUBLIC_KEY = "MCowBQYDK2VwAyEAM6764LLBh1dK1YpBAtgveIV+aKrbdFZD7QbTOKyOfmQ=";

    @Test
    void aSetOfPegasusSaysWhatALoadNeedsAndNoMore() throws Exception {
        BulkLoadInfo info = BulkLoadInfo.parse("info", read("pegasus/bulk_load_info"));
        assertThat(info).isEqualTo(new BulkLoadInfo(1, "temp", 2));
        Manifest manifest = Manifest.parse("manifest", read("pegasus/bulk_load_metadata"));
        assertThat(manifest.files())
                .containsExactly(
                        new SstFile(new SstFileName("00001.sst"), 1051, "a3299a1bfbcc7525dad7358834b081b7"),
                        new SstFile(new SstFileName("00002.sst"), 1059, "c7e1cefe13a09195345a9bfaa60b3609"));
        assertThat(manifest.rows()).isEmpty();
        assertThat(manifest.toJson()).isEqualTo(read("pegasus/bulk_load_metadata"));
    }

    @Test
    void aSetOfOursSaysWhatItsFilesHoldAndWhoMadeIt() throws Exception {
        byte[] content = read("sluice-1/bulk_load_metadata");
        Manifest manifest = Manifest.parse("manifest", content);
        assertThat(manifest.files().get(0).facts())
                .isEqualTo(Optional.of(new SstFacts(
                        1200, 0x0badcafe, "0004757365720a", "0004757365727a", 7, 300_000_000, 400_000_000)));
        assertThat(manifest.rows()).hasValue(1201);
        assertThat(manifest.toJson()).isEqualTo(content);

        byte[] described = read("sluice-1/bulk_load_info");
        BulkLoadInfo info = BulkLoadInfo.parse("info", described);
        assertThat(info.manifestDigests()).containsExactly(manifest.digest(), new Manifest(List.of()).digest());
        assertThat(info.toJson()).isEqualTo(described);
        info.requireManifest("manifest", 0, manifest.digest());
        SetSignature.requireSigned("info", info, SetSignature.parsePublicKey(PUBLIC_KEY));
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = GoldenFormatTest.class.getResourceAsStream("golden/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
