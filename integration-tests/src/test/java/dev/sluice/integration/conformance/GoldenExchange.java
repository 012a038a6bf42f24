package dev.sluice.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.integration.conformance.RawConnection.Answer;
import dev.sluice.wire.data.UpdateResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The worked examples of section 1.8, byte for byte: an app of id 2 with eight partitions is asked for {@code hash_key},
 * {@code sort_key}, which live in partition 5. Only the name of the server is another one.
 */
final class GoldenExchange {
    private static final String SERVER_THERE = "127.0.0.1:34801";

    private static final String GET_V1 = "544846540000000100000025000000370800010000000208000200000005080003000003e8"
            + "0a000465641f36e9f6a96d02000500008001000100000011"
            + "5250435f525244425f525244425f474554000000070c000100000012000868617368"
            + "5f6b6579736f72745f6b657900";
    private static final String GET_V0 = "5448465400000000000000300000000000000037000000000000000200000005"
            + "000003e800003de365641f36e9f6a96d80010001000000115250435f525244425f525244425f474554"
            + "000000070c000100000012000868617368" + "5f6b6579736f72745f6b657900";
    private static final String FOUND = "0000006b000000064552525f4f4b80010002000000155250435f525244425f525244425f474554"
            + "5f41434b000000070c00000800010000000" + "00c00020000000576616c756508000300000002080004000000050b0006"
            + "0000000f3132372e302e302e313a33343830310000";
    private static final String ABSENT =
            "00000066000000064552525f4f4b80010002000000155250435f525244425f525244425f474554"
                    + "5f41434b000000070c00000800010000000" + "10c000200000000080003000000020800040000000" + "50b0006"
                    + "0000000f3132372e302e302e313a33343830310000";
    private static final String NOT_PRIMARY = "0000003a000000114552525f494e56414c49445f535441544580010002000000"
            + "155250435f525244425f525244425f4745545f41434b00000007";
    private static final String PUT_BODY = "80010001000000115250435f525244425f525244425f505554000000080c0001"
            + "0c000100000012000868617368" + "5f6b6579736f72745f6b65790c00020000000576616c756508000300000000" + "0000";

    private GoldenExchange() {}

    static void run(AppPlace app) throws Exception {
        assertThat(app.appId()).as("the examples are for app 2").isEqualTo(2);
        HostPort primary = app.primary(5);
        try (RawConnection connection = new RawConnection(primary)) {
            assertThat(exchange(connection, GET_V1)).as("example 5: absent").isEqualTo(named(ABSENT, primary));

            // Header v0 as it stands in front of example 3, with the length of another body.
            String put = GET_V0.substring(0, 96).replaceFirst("00000037", "0000004e") + PUT_BODY;
            connection.send(HexFormat.of().parseHex(put));
            Answer written = Objects.requireNonNull(connection.readAnswer(10_000));
            assertThat(written.name()).isEqualTo("RPC_RRDB_RRDB_PUT_ACK");
            assertThat(written.sequenceId()).isEqualTo(8);
            assertThat(written.read(new UpdateResponse()).getError()).isZero();

            assertThat(exchange(connection, GET_V1)).as("example 3 and 4").isEqualTo(named(FOUND, primary));
            assertThat(exchange(connection, GET_V0))
                    .as("example 3 in version 0")
                    .isEqualTo(named(FOUND, primary));
            // Both at once, and a byte at a time.
            connection.send(HexFormat.of().parseHex(GET_V0 + GET_V0));
            assertThat(hex(connection.readFrame(10_000))).isEqualTo(named(FOUND, primary));
            assertThat(hex(connection.readFrame(10_000))).isEqualTo(named(FOUND, primary));
            for (byte each : HexFormat.of().parseHex(GET_V1)) {
                connection.send(new byte[] {each});
            }
            assertThat(hex(connection.readFrame(10_000))).isEqualTo(named(FOUND, primary));
        }
        try (RawConnection connection = new RawConnection(app.secondary(5))) {
            assertThat(exchange(connection, GET_V1)).as("example 6").isEqualTo(NOT_PRIMARY);
        }
    }

    private static String exchange(RawConnection connection, String request) throws Exception {
        connection.send(HexFormat.of().parseHex(request));
        return hex(connection.readFrame(10_000));
    }

    private static String hex(byte @Nullable [] frame) {
        return HexFormat.of().formatHex(Objects.requireNonNull(frame, "no reply"));
    }

    private static String named(String reply, HostPort server) {
        assertThat(server.toString()).hasSameSizeAs(SERVER_THERE);
        return reply.replace(hex(SERVER_THERE), hex(server.toString()));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }
}
