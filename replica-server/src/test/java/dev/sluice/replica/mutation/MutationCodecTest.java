package dev.sluice.replica.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.Ballot;
import dev.sluice.replica.mutation.Change.Nothing;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.internal.MutationBody;
import dev.sluice.wire.internal.PublishMutation;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MutationCodecTest {
    @Test
    void everyChangeComesBackAsItWas() {
        for (LoadMode mode : LoadMode.values()) {
            assertSame(new Publish(7, mode, 99, "digest"));
        }
        assertSame(new Nothing());
        assertThat(((Rows) decoded(new Rows(List.of()))).rows()).isEmpty();
    }

    @Test
    void rowsKeepTheirOrderAndRemovedOnesAreNotEmptyOnes() {
        RowChange written = new RowChange(new byte[] {1}, new byte[] {2, 3});
        RowChange empty = new RowChange(new byte[0], new byte[0]);
        RowChange removed = new RowChange(new byte[] {1}, null);
        List<RowChange> rows = ((Rows) decoded(new Rows(List.of(written, empty, removed)))).rows();
        assertThat(rows).usingRecursiveFieldByFieldElementComparator().containsExactly(written, empty, removed);
    }

    /** What stands in logs: it may not change without a new format version. */
    @Test
    void theBytesAreTheseBytes() {
        Mutation mutation =
                new Mutation(1, new Ballot(2), 3, new Rows(List.of(new RowChange(new byte[] {4}, new byte[] {5}))));
        assertThat(HexFormat.of().formatHex(MutationCodec.encode(mutation)))
                .isEqualTo("0a000100000000000000010a000200000000000000020a00030000000000000003"
                        + "0c00040f00010c000000010b000100000001040b000200000001050000" + "00");
    }

    @Test
    void bytesThatAreNoMutationAreRefused() {
        assertThatThrownBy(() -> MutationCodec.decode(new byte[] {1, 2, 3}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aModeThatDoesNotExistIsRefused() {
        var wire = new dev.sluice.wire.internal.Mutation();
        MutationBody body = new MutationBody();
        body.setPublish(new PublishMutation(1, 4, 1, "digest"));
        wire.setBody(body);
        assertThatThrownBy(() -> MutationCodec.fromWire(wire))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("load mode 4, expected 0 to 3");
    }

    private static void assertSame(Change change) {
        assertThat(decoded(change)).isEqualTo(change);
    }

    private static Change decoded(Change change) {
        Mutation mutation = new Mutation(5, new Ballot(3), 1234, change);
        Mutation back = MutationCodec.decode(MutationCodec.encode(mutation));
        assertThat(back.decree()).isEqualTo(5);
        assertThat(back.ballot()).isEqualTo(new Ballot(3));
        assertThat(back.timestampUs()).isEqualTo(1234);
        return back.change();
    }
}
