package dev.sluice.replica.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.file.testing.DiskFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several disks of one node: what is left out, what is full, where replicas go. */
class DataDirectoriesTest {
    private static final DataDirectory ONE = new DataDirectory("one", Path.of("/disk1/replica"));
    private static final DataDirectory TWO = new DataDirectory("two", Path.of("/disk2/replica"));

    private final CrashableFileSystem files = new CrashableFileSystem();
    private final DiskFaults faults = new DiskFaults();

    @BeforeEach
    void makeDisks() {
        files.setFault(faults);
        files.setCapacityBytes(Path.of("/disk1"), 1_000_000);
        files.setCapacityBytes(Path.of("/disk2"), 1_000_000);
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsLeftOutAndSaysSo() throws IOException {
        faults.failWrites(Path.of("/disk1"));

        DataDirectories disks = open();

        assertThat(disks.usable()).containsExactly(TWO);
        assertThat(disks.statuses()).extracting(DiskStatus::directory).containsExactly(ONE, TWO);
        assertThat(disks.statuses().get(0).trouble())
                .contains("left out at start")
                .contains("Input/output error");
        assertThat(disks.statuses().get(1).trouble()).isNull();
    }

    @Test
    void aDirectoryThatWasMadeIsThereAfterLossOfPowerWithAllAboveIt() throws IOException {
        Path deep = Path.of("/srv/sluice/data");
        CrashableFileSystem disk = new CrashableFileSystem();

        DataDirectories.open(disk, List.of(new DataDirectory("data", deep)), 0);
        disk.crash();

        assertThat(disk.isDirectory(deep)).isTrue();
    }

    @Test
    void withoutAnyDirectoryTheServerDoesNotStart() {
        faults.failWrites(Path.of("/"));

        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("one:/disk1/replica");
    }

    @Test
    void aReplicaGoesWhereItsAppHasTheFewestThenWhereAnyHasThenWhereThereIsMoreRoom() throws IOException {
        DataDirectories disks = open();

        assertThat(place(disks, Map.of(ONE, 1L, TWO, 0L), Map.of(ONE, 1L, TWO, 9L)))
                .isEqualTo(TWO);
        assertThat(place(disks, Map.of(ONE, 1L, TWO, 1L), Map.of(ONE, 2L, TWO, 9L)))
                .isEqualTo(ONE);
        fill(ONE, 10_000);
        disks.check();
        assertThat(place(disks, Map.of(), Map.of())).isEqualTo(TWO);
    }

    @Test
    void aDiskThatIsNearlyFullTakesNothingMoreAndSaysTheNumbers() throws IOException {
        DataDirectories disks = open();
        fill(ONE, 950_000);
        disks.check();

        assertThat(disks.refusal(ONE.path().resolve("1.0")))
                .isEqualTo("one:/disk1/replica: 50000 of 1000000 bytes are free, expected at least 10 %");
        assertThat(disks.refusal(TWO.path().resolve("1.0"))).isNull();
        assertThat(place(disks, Map.of(TWO, 5L), Map.of(TWO, 5L))).isEqualTo(TWO);
        Path replica = ONE.path().resolve("1.0/load/7");
        disks.ledger(replica).reserve(replica, 20_000, 0);
        Path learner = ONE.path().resolve("1.1/learning");
        assertThatThrownBy(() -> disks.ledger(learner).reserve(learner, 30_001, 0))
                .hasMessage("needs 30001 bytes, disk one:/disk1/replica has 50000 free of which 20000 are reserved");
        disks.ledger(TWO.path()).reserve(TWO.path(), 900_000, 0);
        fill(TWO, 950_000);
        disks.check();
        assertThatThrownBy(() -> place(disks, Map.of(), Map.of()))
                .hasMessageContaining("one:/disk1/replica")
                .hasMessageContaining("two:/disk2/replica");
    }

    @Test
    void troubleStaysUntilTheDirectoryCanBeWrittenAgain() throws IOException {
        DataDirectories disks = open();
        faults.failWrites(Path.of("/disk2"));
        disks.noteTrouble(TWO.path().resolve("1.0/log"), "writing the log failed");
        disks.check();

        assertThat(disks.isInTrouble(TWO.path().resolve("2.0"))).isTrue();
        assertThat(disks.isInTrouble(ONE.path().resolve("2.0"))).isFalse();
        assertThat(disks.refusal(TWO.path())).contains("writing the log failed");
        faults.mend();
        disks.check();
        assertThat(disks.isInTrouble(TWO.path())).isFalse();
    }

    @Test
    void theOptionIsReadOrRefusedByName() {
        assertThat(DataDirectory.parse("a:/x, b:/y ,/z"))
                .containsExactly(
                        new DataDirectory("a", Path.of("/x")),
                        new DataDirectory("b", Path.of("/y")),
                        new DataDirectory("data3", Path.of("/z")));
        for (String bad : List.of("", "a:", ":/x", "a:/x,,b:/y", "a:/x,a:/y", "a:/x,b:/x/../x")) {
            assertThatThrownBy(() -> DataDirectory.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("data_dirs = " + bad);
        }
    }

    private DataDirectories open() throws IOException {
        return DataDirectories.open(files, List.of(ONE, TWO), 10);
    }

    private static DataDirectory place(
            DataDirectories disks, Map<DataDirectory, Long> ofApp, Map<DataDirectory, Long> all) throws IOException {
        return disks.place(each -> ofApp.getOrDefault(each, 0L), each -> all.getOrDefault(each, 0L));
    }

    private void fill(DataDirectory directory, int bytes) throws IOException {
        try (var file = files.create(directory.path().resolve("filler"))) {
            file.write(ByteBuffer.allocate(bytes), 0);
        }
    }
}
