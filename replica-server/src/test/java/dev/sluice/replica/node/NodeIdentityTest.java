package dev.sluice.replica.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.file.testing.CrashableFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the data directories of a node say of it. */
class NodeIdentityTest {
    private static final Path ONE = Path.of("/one");
    private static final Path TWO = Path.of("/two");

    private final CrashableFileSystem files = new CrashableFileSystem();

    @Test
    void everyDirectoryCarriesTheClusterAndTheIncarnationOnlyGrows() throws IOException {
        NodeIdentity first = begin(100, ONE, TWO);
        first.adopt("c1");
        files.syncDirectory(Path.of("/"));
        files.crash();

        NodeIdentity fromOne = begin(50, ONE);
        assertThat(fromOne.clusterId()).isEqualTo("c1");
        assertThat(fromOne.incarnation()).isEqualTo(101);
        NodeIdentity fromTwo = begin(50, TWO);
        assertThat(fromTwo.clusterId()).isEqualTo("c1");
    }

    @Test
    void directoriesOfDifferentClustersAreRefusedAndLeftAlone() throws IOException {
        begin(100, ONE).adopt("c1");
        begin(200, TWO).adopt("c2");

        assertThatThrownBy(() -> begin(300, ONE, TWO))
                .hasMessageContaining("/two belongs to cluster 'c2', /one to 'c1'");
        assertThat(begin(150, TWO).incarnation()).isEqualTo(201);
    }

    @Test
    void aDirectoryThatTheNodeOnceHadIsMissedAlsoIfAnEmptyOneStandsInItsPlace() throws IOException {
        assertThat(begin(100, ONE, TWO).lacksDirectories()).isFalse();
        assertThat(begin(200, ONE).lacksDirectories()).isTrue();
        files.rename(TWO, Path.of("/elsewhere"));
        assertThat(begin(300, ONE, TWO).lacksDirectories()).isTrue();
        assertThat(begin(400, ONE, TWO).lacksDirectories()).isTrue();
        files.deleteTree(TWO);
        assertThat(begin(500, ONE, Path.of("/elsewhere")).lacksDirectories())
                .as("the empty one of run 300 is missed now")
                .isTrue();
    }

    @Test
    void anotherDirectoryMayJoinAndAllStayKnown() throws IOException {
        begin(100, ONE).adopt("c1");
        NodeIdentity both = begin(200, ONE, TWO);

        assertThat(both.lacksDirectories()).isFalse();
        assertThat(both.clusterId()).isEqualTo("c1");
        assertThat(begin(300, TWO, ONE).lacksDirectories()).isFalse();
    }

    private NodeIdentity begin(long wallMs, Path... directories) throws IOException {
        return NodeIdentity.begin(files, List.of(directories), wallMs);
    }
}
