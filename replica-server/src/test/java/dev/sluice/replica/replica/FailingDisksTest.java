package dev.sluice.replica.replica;

import static dev.sluice.replica.replica.OneNode.DISK1;
import static dev.sluice.replica.replica.OneNode.DISK2;
import static dev.sluice.replica.replica.OneNode.OTHER;
import static dev.sluice.replica.replica.OneNode.SELF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineException.Kind;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What becomes of replicas when disks fail, are full, are missing, or give back other bytes than were written. */
class FailingDisksTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final Gpid Q = new Gpid(1, 1);
    private static final byte[] VALUE = new byte[20];

    private final OneNode node;

    FailingDisksTest() throws IOException {
        node = new OneNode(DISK1, DISK2);
    }

    @Test
    void replicasAreSpreadOverTheDisksAndFoundThereAgain() throws IOException {
        node.tell(P, 1, SELF, List.of());
        node.tell(Q, 1, SELF, List.of());
        assertThat(node.replicas.countIn(DISK1)).isEqualTo(1);
        assertThat(node.replicas.countIn(DISK2)).isEqualTo(1);
        assertThat(node.put(P, key("a"), VALUE)).isEqualTo(ErrorCode.ERR_OK);

        node.restart(false, false, DISK1, DISK2);

        node.tell(P, 1, SELF, List.of());
        assertThat(node.replica(P).engine().get(key("a"))).isEqualTo(VALUE);
        assertThat(node.replica(P).path()).isNotEqualTo(node.replica(Q).path());
    }

    @Test
    void aReplicaSaysWhatItsAppIsSoThatALostMetaGroupCanBeRebuilt() throws IOException {
        node.tell(P, 7, SELF, List.of());
        node.restart(true, false, DISK1, DISK2);

        var asked = node.replicas.onDisk();
        node.time.advance(10);
        List<ReplicaOnDisk> found = asked.join();

        assertThat(found).hasSize(1);
        assertThat(found.get(0).getBallot()).isEqualTo(7);
        assertThat(found.get(0).getApp().getAppId()).isEqualTo(1);
        assertThat(found.get(0).getApp().getAppName()).isEqualTo("orders");
        assertThat(found.get(0).getApp().getPartitionCount()).isEqualTo(8);
        assertThat(found.get(0).getApp().getMaxReplicaCount()).isEqualTo(3);
        assertThat(found.get(0).getApp().getEnvs()).containsEntry("env", "value");
    }

    @Test
    void aFullDiskTakesTheReplicaOutNamesItselfAndBringsItBackWithAllThatWasAcknowledged() {
        node.tell(P, 1, SELF, List.of());
        Path disk = parent(node.replica(P).path());
        assertThat(node.put(P, key("before"), VALUE)).isEqualTo(ErrorCode.ERR_OK);
        node.faults.failWritesAfter(disk, 10);

        assertThat(node.put(P, key("lost"), VALUE)).isNotEqualTo(ErrorCode.ERR_OK);

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.ERROR);
        assertThat(node.report(P).getMessage())
                .contains("the log cannot be written")
                .contains(disk.toString());
        assertThat(node.disks.isInTrouble(disk)).isTrue();
        node.keepHouse();
        assertThat(node.report(P).getRole()).as("still broken").isEqualTo(ReplicaRole.ERROR);

        node.faults.mend();
        node.keepHouse();

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.PRIMARY);
        assertThat(node.put(P, key("after"), VALUE)).isEqualTo(ErrorCode.ERR_OK);
        assertThat(node.replica(P).engine().get(key("before"))).isEqualTo(VALUE);
        assertThat(node.replica(P).engine().get(key("after"))).isEqualTo(VALUE);
    }

    /** A primary gives up for the disk of its load, and at the same time the leader takes the other member out. */
    @Test
    void aMemberThatALoadTookOutComesBackOnceItIsTheLast() {
        node.tell(P, 1, SELF, List.of());
        assertThat(node.put(P, key("before"), VALUE)).isEqualTo(ErrorCode.ERR_OK);
        node.tell(P, 2, SELF, List.of(OTHER));
        node.replica(P).failByNode("load 2: the disk is full");
        node.time.advance(100);
        node.keepHouse();
        assertThat(node.report(P).getRole()).as("another has the data").isEqualTo(ReplicaRole.ERROR);

        node.tell(P, 3, SELF, List.of());
        node.keepHouse();

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.PRIMARY);
        assertThat(node.replica(P).engine().get(key("before"))).isEqualTo(VALUE);
    }

    @Test
    void aMemberWhoseDiskFailsWaitsForTheLeaderToMakeItALearnerAndLearnsNothingMeanwhile() {
        node.tell(P, 1, SELF, List.of());
        node.tell(P, 2, OTHER, List.of(SELF));
        Path disk = parent(node.replica(P).path());
        node.replica(P)
                .fail("the log cannot be written", new EngineException(Kind.DISK, "No space left on " + disk, null));
        node.time.advance(100);
        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.ERROR);
        node.faults.failWrites(disk);
        node.keepHouse();
        assertThat(node.report(P).getRole()).as("others have the data").isEqualTo(ReplicaRole.ERROR);

        node.tell(P, 3, OTHER, List.of(), SELF);

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.LEARNER);
        assertThat(node.report(P).getMessage()).contains("learns nothing").contains(disk.toString());
        node.faults.mend();
        node.keepHouse();
        node.time.advance(1_000);
        assertThat(node.report(P).getMessage()).contains("does not teach");
    }

    @Test
    void aDiskThatIsNearlyFullTakesNoWritesAndNoReplicas() throws IOException {
        node.tell(P, 1, SELF, List.of());
        Path disk = parent(node.replica(P).path());
        nearlyFill(disk);

        assertThat(node.put(P, key("k"), VALUE)).isEqualTo(ErrorCode.ERR_DISK_INSUFFICIENT);
        node.tell(Q, 1, SELF, List.of());
        assertThat(node.replica(Q).path().getParent()).isNotEqualTo(disk);
        node.files.delete(disk.resolve("filler"));
        node.keepHouse();
        assertThat(node.put(P, key("k"), VALUE)).isEqualTo(ErrorCode.ERR_OK);
    }

    /** By {@code reject_write_when_disk_insufficient = false}. */
    @Test
    void writesGoOnWhenTheDiskIsNearlyFullIfTheOperatorWantsThat() throws IOException {
        ReplicaSettings usual = node.settings;
        node.settings = new ReplicaSettings(
                usual.limits(),
                usual.flushIntervalMs(),
                usual.flushBytes(),
                usual.logReserveBytes(),
                usual.logFsync(),
                false,
                usual.expiry(),
                usual.retention(),
                usual.compaction());
        node.restart(false, false, DISK1, DISK2);
        node.tell(P, 1, SELF, List.of());
        Path disk = parent(node.replica(P).path());
        nearlyFill(disk);

        assertThat(node.disks.refusal(disk)).isNotNull();
        assertThat(node.put(P, key("k"), VALUE)).isEqualTo(ErrorCode.ERR_OK);
        assertThat(node.replica(P).engine().get(key("k"))).isEqualTo(VALUE);
    }

    @Test
    void aReplicaThatMayLieOnAMissingDiskIsNotMadeAnewAsAMember() throws IOException {
        node.tell(P, 1, SELF, List.of());
        node.restart(false, true, DISK2);
        node.tell(P, 4, SELF, List.of());

        assertThat(node.replicas.find(P)).isNull();
        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.ERROR);
        assertThat(node.report(P).getMessage()).contains("lacks a data directory");
        node.tell(P, 5, OTHER, List.of(), SELF);
        assertThat(node.report(P).getRole()).as("a learner begins with nothing").isEqualTo(ReplicaRole.LEARNER);
    }

    @Test
    void aLogWithDamageInItsMiddleIsMovedAsideAndDeletedLater() throws IOException {
        node.tell(P, 1, SELF, List.of());
        for (int i = 0; i < 20; i++) {
            node.put(P, key("k" + i), VALUE);
        }
        Path path = node.replica(P).path();
        node.restart(false, false, DISK1, DISK2);
        var closed = node.replicas.closeAll();
        node.time.advance(1_000);
        closed.join();
        flip(path.resolve("log"), 400);
        node.restart(false, false, DISK1, DISK2);

        node.tell(P, 1, SELF, List.of());
        assertThat(node.report(P).getMessage()).contains("is damaged at offset").contains(path.toString());
        node.tell(P, 2, OTHER, List.of(), SELF);

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.LEARNER);
        assertThat(aside(path, ".err")).hasSize(1);
        node.time.advance(OneNode.DAMAGED_MS);
        assertThat(aside(path, ".err")).isEmpty();
        assertThat(node.files.exists(path)).isTrue();
    }

    @Test
    void whatWasGivenUpIsRenamedAtOnceAndDeletedAfterItsTimeAlsoOverARestart() throws IOException {
        node.tell(P, 1, SELF, List.of());
        Path path = node.replica(P).path();
        node.giveUp(P, 1);

        assertThat(node.removed).containsExactly(P);
        assertThat(node.files.exists(path)).isFalse();
        assertThat(aside(path, ".gar")).hasSize(1);
        node.time.advance(OneNode.GIVEN_UP_MS / 2);
        node.restart(true, false, DISK1, DISK2);
        node.time.advance(OneNode.GIVEN_UP_MS / 2 - 5_000);
        assertThat(aside(path, ".gar")).hasSize(1);
        node.time.advance(5_000);
        assertThat(aside(path, ".gar")).isEmpty();
    }

    @Test
    void damageThatAReadFindsTakesAMemberOutAndItLearnsAnewBesideTheOldOne() throws IOException {
        node.tell(P, 1, OTHER, List.of(SELF));
        Path path = node.replica(P).path();
        node.readsFind = Kind.DAMAGE;
        assertThatThrownBy(() -> node.replica(P).engine().get(key("k"))).hasMessageContaining("block 7");
        node.time.advance(500);
        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.ERROR);
        assertThat(node.report(P).getMessage()).contains("block 7 is damaged");
        node.readsFind = null;

        node.tell(P, 2, OTHER, List.of(), SELF);

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.LEARNER);
        assertThat(aside(path, ".err")).hasSize(1);
    }

    @Test
    void theLastWithTheDataStaysWhenAReadFindsDamageAndTheReportSaysSo() {
        node.tell(P, 1, SELF, List.of());
        node.put(P, key("k"), VALUE);
        node.readsFind = Kind.DAMAGE;
        assertThatThrownBy(() -> node.replica(P).engine().snapshot()).hasMessageContaining("block 7");
        node.time.advance(500);
        node.readsFind = null;

        assertThat(node.report(P).getRole()).isEqualTo(ReplicaRole.PRIMARY);
        assertThat(node.report(P).getMessage())
                .contains("is damaged, and the last with the data")
                .contains("block 7");
        assertThat(node.replica(P).engine().get(key("k"))).isEqualTo(VALUE);
        assertThat(node.put(P, key("more"), VALUE)).isEqualTo(ErrorCode.ERR_OK);
        node.tell(P, 2, SELF, List.of(OTHER));
        assertThat(node.report(P).getRole())
                .as("the other has not shown yet that it has the data")
                .isEqualTo(ReplicaRole.PRIMARY);
    }

    private void nearlyFill(Path disk) throws IOException {
        try (var file = node.files.create(disk.resolve("filler"))) {
            file.write(ByteBuffer.allocate(9_500_000), 0);
        }
        node.keepHouse();
    }

    private void flip(Path directory, int offset) throws IOException {
        Path segment = directory.resolve(node.files.list(directory).get(0));
        try (var file = node.files.open(segment)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, offset);
            file.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 0x55)}), offset);
        }
    }

    private List<String> aside(Path replica, String suffix) {
        return node.files.list(parent(replica)).stream()
                .filter(name -> name.startsWith(replica.getFileName() + ".") && name.endsWith(suffix))
                .toList();
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent(), "a replica lies in a data directory");
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
