package dev.sluice.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.transfer.StagingDirectory;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StagedMarkTest {
    private static final long LOAD = 7;
    private static final Path DIRECTORY = Path.of("/replica/load");

    private final CrashableFileSystem files = new CrashableFileSystem();
    private final StagedMark mark = new StagedMark(files, DIRECTORY);
    private final StagingDirectory staging = mark.staging(LOAD);
    private final Manifest manifest = new Manifest(
            List.of(new SstFile(new SstFileName("a.sst"), 3, ""), new SstFile(new SstFileName("b.sst"), 4, "")));

    @BeforeEach
    void fetchAll() throws IOException {
        files.createDirectories(DIRECTORY);
        staging.prepare(manifest);
        for (SstFile file : manifest.files()) {
            write(staging.file(file.name()), (int) file.size());
        }
    }

    @Test
    void whatWasMarkedIsFound() throws IOException {
        assertThat(mark.findNewest().orElseThrow().staged()).isEmpty();
        StagedSet set = new StagedSet(manifest, staging.paths(manifest));
        mark.write(LOAD, set, false);
        StagedMark.Found found = mark.findNewest().orElseThrow();
        assertThat(found.staged()).contains(set);
        assertThat(found.deep()).isFalse();
        mark.write(LOAD, set, true);
        assertThat(mark.findNewest().orElseThrow().deep()).isTrue();
    }

    @Test
    void repackedFilesAreTakenInPlaceOfTheManifests() throws IOException {
        StagedSet set = repacked();
        mark.write(LOAD, set, true);
        assertThat(mark.findNewest().orElseThrow().staged()).contains(set);
        mark.deleteUpTo(LOAD);
        assertThat(files.list(DIRECTORY)).isEmpty();
    }

    @Test
    void withoutOneOfTheRepackedFilesNothingIsStaged() throws IOException {
        StagedSet set = repacked();
        mark.write(LOAD, set, true);
        files.delete(set.files().get(1));
        assertThat(mark.findNewest().orElseThrow().staged()).isEmpty();
    }

    @Test
    void aCutRepackedFileIsNotTaken() throws IOException {
        StagedSet set = repacked();
        mark.write(LOAD, set, true);
        files.delete(set.files().get(1));
        write(set.files().get(1), 2);
        assertThat(mark.findNewest().orElseThrow().staged()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "1 %s true\n", "2 %s true 0 -1\n", "2 %s true 9999999 0\n", "2 %s maybe 0 0\n"})
    void anythingElseIsNoMark(String text) throws IOException {
        byte[] content = text.replace("%s", manifest.digest()).getBytes(StandardCharsets.UTF_8);
        try (FileSystem.File file = files.create(DIRECTORY.resolve("7.staged"))) {
            file.write(ByteBuffer.wrap(content), 0);
        }
        assertThat(mark.findNewest().orElseThrow().staged()).isEmpty();
    }

    private StagedSet repacked() throws IOException {
        files.createDirectories(staging.repacked());
        Path one = staging.repacked().resolve("0.sst");
        Path two = staging.repacked().resolve("1.sst");
        write(one, 4);
        write(two, 3);
        return new StagedSet(manifest, List.of(one, two));
    }

    private void write(Path path, int bytes) throws IOException {
        try (FileSystem.File file = files.create(path)) {
            file.write(ByteBuffer.allocate(bytes), 0);
            file.sync();
        }
    }
}
