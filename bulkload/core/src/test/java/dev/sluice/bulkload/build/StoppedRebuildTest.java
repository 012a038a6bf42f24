package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.testing.FaultyBlockStore;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader finds the old set, none, or the new one, whenever a build over an old set ends; never a mixture. */
class StoppedRebuildTest {
    private static final int PARTITIONS = 3;
    private static final FileSetLocation LOCATION = new FileSetLocation("sets", "c", "app");

    @TempDir
    Path temporary;

    /** How a process ends that is killed: what it would take back stays, too. */
    @Test
    void aRebuildThatIsKilledAtAnyStepLeavesNoMixture() throws Exception {
        Set<String> seen = new TreeSet<>();
        int steps = 0;
        boolean isDone = false;
        while (!isDone) {
            InMemoryBlockStore inner = new InMemoryBlockStore();
            build(new FaultyBlockStore(inner), "old");
            FaultyBlockStore store = new FaultyBlockStore(inner);
            int last = steps++;
            int[] made = {0};
            store.onChange((what, path) -> {
                if (made[0]++ >= last) {
                    throw new BlockStoreException(Kind.PERMANENT, "killed before " + what + " of " + path);
                }
            });
            isDone = isBuilt(store);
            seen.add(find(inner));
        }
        assertThat(seen).containsExactly("new", "none", "old");
        assertThat(steps).isGreaterThan(2 * PARTITIONS);
    }

    /** A store that fails once: what was there is there again, or the new set is. */
    @Test
    void aRebuildThatFailsAtAnyStepLeavesAWholeSet() throws Exception {
        for (boolean isDoneAllTheSame : new boolean[] {false, true}) {
            Set<String> seen = new TreeSet<>();
            boolean isDone = false;
            for (int step = 0; !isDone; step++) {
                InMemoryBlockStore inner = new InMemoryBlockStore();
                build(new FaultyBlockStore(inner), "old");
                FaultyBlockStore store = new FaultyBlockStore(inner);
                int failing = step;
                int[] made = {0};
                FaultyBlockStore.Change once = (what, path) -> {
                    if (made[0]++ == failing) {
                        throw new BlockStoreException(Kind.PERMANENT, "killed before " + what + " of " + path);
                    }
                };
                if (isDoneAllTheSame) {
                    store.onAnswer(once);
                } else {
                    store.onChange(once);
                }
                boolean isBuilt = isBuilt(store);
                isDone = isBuilt && made[0] <= failing;
                assertThat(find(inner)).as("step " + step).isEqualTo(isBuilt ? "new" : "old");
                seen.add(find(inner));
            }
            assertThat(seen).containsExactly("new", "old");
        }
    }

    /** Step by step, what a reader sees that begins with the description of one moment and reads on in another. */
    @Test
    void aReaderThatIsOvertakenByARebuildNoticesIt() throws Exception {
        InMemoryBlockStore inner = new InMemoryBlockStore();
        build(new FaultyBlockStore(inner), "old");
        BulkLoadInfo before = new FileSetSource(inner, LOCATION).readInfo();
        FaultyBlockStore store = new FaultyBlockStore(inner);
        List<String> results = new ArrayList<>();
        store.onChange((what, path) -> results.add(findWith(inner, before)));
        build(store, "new");
        assertThat(results).contains("old", "none").doesNotContain("new");
    }

    @Test
    void ofTwoBuildsInOnePlaceOneIsToldOfTheOther() throws Exception {
        InMemoryBlockStore inner = new InMemoryBlockStore();
        FaultyBlockStore store = new FaultyBlockStore(inner);
        boolean[] overtaken = {false};
        store.onChange((what, path) -> {
            if (what.equals("commit") && path.equals(LOCATION.infoPath()) && !overtaken[0]) {
                overtaken[0] = true;
                inner.put(path, new BulkLoadInfo(0, "app", PARTITIONS).toJson());
            }
        });
        assertThatThrownBy(() -> build(store, "mine")).hasMessageContaining("another build has written it meanwhile");
    }

    private boolean isBuilt(FaultyBlockStore store) throws Exception {
        try {
            build(store, "new");
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("killed before ");
            return false;
        }
    }

    private void build(FaultyBlockStore store, String value) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.add(new Row(
                    ("key" + i).getBytes(UTF_8), new byte[0], ("row of the " + value + " set").getBytes(UTF_8), 0));
        }
        BuildOptions options = BuildOptions.of(new BulkLoadInfo(0, "app", PARTITIONS), temporary, 1_800_000_000_000L)
                .withThreads(1)
                .withSst(new SstOptions(500, SstOptions.Compression.NONE));
        new FileSetBuilder(store, LOCATION, options).build(BuiltSets.source(rows), new StopSignal(), progress -> {});
    }

    private static String find(InMemoryBlockStore store) {
        try {
            return findWith(store, new FileSetSource(store, LOCATION).readInfo());
        } catch (SourceException e) {
            return "none";
        }
    }

    /** As the leader does it: all manifests must be those of the description, and all files there. */
    private static String findWith(InMemoryBlockStore store, BulkLoadInfo info) {
        FileSetSource source = new FileSetSource(store, LOCATION);
        Set<String> values = new TreeSet<>();
        try {
            for (int i = 0; i < info.partitionCount(); i++) {
                Manifest manifest = source.readManifest(info, i);
                source.partition(i).checkSizes(manifest);
                for (var file : manifest.files()) {
                    values.add(
                            new String(
                                                    source.partition(i)
                                                            .open(file, 0, file.size())
                                                            .readAllBytes(),
                                                    UTF_8)
                                            .contains("row of the new set")
                                    ? "new"
                                    : "old");
                }
            }
        } catch (SourceException | IOException e) {
            return "none";
        }
        assertThat(values).hasSize(1);
        return values.iterator().next();
    }
}
