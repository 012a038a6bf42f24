package dev.sluice.dist.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's judgement: it must see a row that is wrong, and one that is missing. */
final class ReadBackTest {
    private static final int TIMEOUT_MS = 60_000;

    @TempDir
    private static Path directory;

    private static Onebox onebox;
    private static SluiceClient client;
    private static Table table;

    @BeforeAll
    static void start() throws Exception {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory, 1, 1);
        onebox = Onebox.start(layout);
        client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS);
        Readiness.await(client, 1, TIMEOUT_MS);
        client.admin().createApp("read_back", 2, 1, Map.of(), false);
        client.admin().awaitHealthy("read_back", TIMEOUT_MS);
        table = client.table("read_back");
        table.put(bytes("a"), bytes(""), bytes("last")).join();
        table.put(bytes("b"), bytes("s"), bytes("1")).join();
    }

    @AfterAll
    static void end() {
        client.close();
        onebox.close();
    }

    @Test
    void rowsThatAreThereAreRight() {
        ReadBack readBack = ReadBack.passes(table, 0).get(0);

        expect(readBack, "a", "", "last");
        expect(readBack, "b", "s", "1");

        assertThat(readBack.finish()).isZero();
    }

    @Test
    void ofAKeyThatComesTwiceTheLastRowCounts() {
        ReadBack readBack = ReadBack.passes(table, 0).get(0);

        expect(readBack, "a", "", "first");
        expect(readBack, "a", "", "last");

        assertThat(readBack.finish()).isZero();
    }

    @Test
    void anEarlierRowThatWonIsWrong() {
        ReadBack readBack = ReadBack.passes(table, 0).get(0);

        expect(readBack, "a", "", "last");
        expect(readBack, "a", "", "later still");

        assertThat(readBack.finish()).isEqualTo(1);
        assertThat(readBack.examples()).contains("later still", "last");
    }

    @Test
    void aMissingRowIsWrong() {
        ReadBack readBack = ReadBack.passes(table, 0).get(0);

        expect(readBack, "b", "s", "1");
        expect(readBack, "nobody", "s", "1");

        assertThat(readBack.finish()).isEqualTo(1);
        assertThat(readBack.examples()).contains("nobody", "no row");
    }

    @Test
    void manyKeysThatComeTwiceAreReadInPassesThatTogetherReadEachOnce() {
        List<ReadBack> passes = ReadBack.passes(table, 10, 4);
        assertThat(passes).hasSize(6);
        for (int row = 0; row < 100; row++) {
            byte[] key = bytes("key" + row);
            assertThat(passes.stream().filter(pass -> pass.isFor(key, bytes("s"))))
                    .hasSize(1);
        }
    }

    @Test
    void moreWrongRowsThanAreKeptAreWrongAllTheSame() {
        ReadBack readBack = ReadBack.passes(table, 0, 2).get(0);

        for (String key : List.of("x", "y", "z")) {
            expect(readBack, key, "", "1");
        }

        assertThat(readBack.finish()).isEqualTo(2);
        assertThat(readBack.examples()).contains("x", "y").doesNotContain("z");
    }

    /** A row that was not kept may have been right in the end; that is not known, so it is not called right. */
    @Test
    void whatWasNotKeptIsNotCalledRight() {
        ReadBack readBack = ReadBack.passes(table, 0, 1).get(0);

        expect(readBack, "a", "", "first");
        expect(readBack, "b", "s", "first");
        expect(readBack, "a", "", "last");

        assertThat(readBack.finish()).isEqualTo(1);
    }

    private static void expect(ReadBack readBack, String hashKey, String sortKey, String value) {
        readBack.expect(bytes(hashKey), bytes(sortKey), bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
