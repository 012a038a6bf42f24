package dev.sluice.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
    private static final Option<Integer> SLOTS = Options.integer("replication", "slots")
            .defaultValue(5)
            .range(0, 100)
            .doc("Slots.")
            .mutable();
    private static final Option<Long> CACHE = Options.bytes("pegasus.server", "rocksdb.cache_size")
            .defaultValue(64L << 20)
            .range(0L, 1L << 40)
            .doc("Cache.");
    private static final Option<Long> BEAT =
            Options.milliseconds("replication", "beat_ms").defaultValue(500L).doc("Beat.");
    private static final Option<Boolean> FLUSH =
            Options.bool("replication", "flush").defaultValue(false).doc("Flush.");
    private static final Option<List<String>> SERVERS =
            Options.list("meta_server", "server_list").defaultValue(List.of()).doc("Servers.");
    private static final Option<String> VERIFY = Options.choice("replication", "verify", "full", "size")
            .defaultValue("full")
            .doc("Verify.");
    private static final Option<String> TYPE =
            Options.string("block_service.<name>", "type").defaultValue("").doc("Type.");
    private static final Option<String> ARGS =
            Options.string("block_service.<name>", "args").defaultValue("").doc("Arguments.");

    private static final ConfigSchema SCHEMA = ConfigSchema.of(ConfigTest.class);

    @TempDir
    private Path directory;

    @Test
    void whatTheFileDoesNotSayHasItsDefault() throws IOException {
        Config config = load("");

        assertThat(config.get(SLOTS)).isEqualTo(5);
        assertThat(config.get(CACHE)).isEqualTo(64L << 20);
        assertThat(config.get(SERVERS)).isEmpty();
    }

    @Test
    void everyTypeIsReadAsItIsWritten() throws IOException {
        Config config = load("""
                # a comment
                [replication]
                slots = 7
                beat_ms = 2s
                flush = TRUE
                verify = size
                [meta_server]
                server_list = 127.0.0.1:34601, 127.0.0.1:34602,
                """);

        assertThat(config.get(SLOTS)).isEqualTo(7);
        assertThat(config.get(BEAT)).isEqualTo(2000);
        assertThat(config.get(FLUSH)).isTrue();
        assertThat(config.get(VERIFY)).isEqualTo("size");
        assertThat(config.get(SERVERS)).containsExactly("127.0.0.1:34601", "127.0.0.1:34602");
    }

    @Test
    void dotsInSectionAndNameMeanNothing() throws IOException {
        assertThat(load("[pegasus.server]\nrocksdb.cache_size = 1G\n").get(CACHE))
                .isEqualTo(1L << 30);
    }

    @Test
    void nothingInAValueIsSubstituted() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        String text = "${file:UTF-8:" + secret + "} ${sys:user.home} ${env:PATH}";

        assertThat(load("[block_service.a]\nargs = " + text + "\n").get(ARGS.in("a")))
                .isEqualTo(text);
    }

    @Test
    void sectionsOfAKindAreFoundByName() throws IOException {
        Config config = load("""
                [block_service.local_service]
                type = local_service
                args =
                [block_service.other.one]
                type = other
                """);

        assertThat(config.names("block_service")).containsExactly("local_service", "other.one");
        assertThat(config.get(TYPE.in("local_service"))).isEqualTo("local_service");
        assertThat(config.get(TYPE.in("other.one"))).isEqualTo("other");
        assertThat(config.get(TYPE.in("absent"))).isEmpty();
    }

    @Test
    void allThatIsUnknownOrBadIsNamedAtOnce() {
        assertThatThrownBy(() -> load("""
                        above = 1
                        [replication]
                        slot = 7
                        beat_ms = soon
                        slots = 101
                        flush = maybe
                        verify = some
                        [nowhere]
                        x = 1
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("test.ini")
                .hasMessageContaining("above stands above the first [section]")
                .hasMessageContaining("[replication] slot is not an option; the nearest is slots")
                .hasMessageContaining("[replication] beat_ms = 'soon': expected milliseconds")
                .hasMessageContaining("[replication] slots = '101': expected integer from 0 to 100")
                .hasMessageContaining("[replication] flush = 'maybe': expected true or false")
                .hasMessageContaining("[replication] verify = 'some': expected one of full, size")
                .hasMessageContaining("[nowhere] x: there is no such section; expected one of [replication]");
    }

    @Test
    void anOptionThatStandsTwiceIsRefused() {
        assertThatThrownBy(() -> load("[replication]\nslots = 1\nslots = 2\n"))
                .hasMessageContaining("[replication] slots stands there twice");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Config.load(directory.resolve("absent.ini"), SCHEMA))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("absent.ini");
    }

    @Test
    void overridesWinOverTheFileAndAreCheckedLikeIt() throws IOException {
        Path file = Files.writeString(directory.resolve("test.ini"), "[replication]\nslots = 7\n");
        Config config = Config.load(
                file,
                SCHEMA,
                Map.of(
                        "replication.slots",
                        "8",
                        "pegasus.server.rocksdb.cache_size",
                        "1K",
                        "block_service.x.y.type",
                        "t"));

        assertThat(config.get(SLOTS)).isEqualTo(8);
        assertThat(config.get(CACHE)).isEqualTo(1024);
        assertThat(config.get(TYPE.in("x.y"))).isEqualTo("t");
        assertThatThrownBy(() -> Config.of(SCHEMA, Map.of("replication.slot", "8")))
                .hasMessageContaining("'replication.slot' is not section.name of an option");
        assertThatThrownBy(() -> Config.of(SCHEMA, Map.of("replication.slots", "many")))
                .hasMessageContaining("[replication] slots = 'many': expected integer from 0 to 100");
    }

    @Test
    void aMutableOptionChangesAndItsListenersHearIt() {
        Config config = Config.of(SCHEMA);
        List<Integer> heard = new ArrayList<>();
        config.onChange(SLOTS, heard::add);

        config.set(SLOTS, 9);

        assertThat(config.get(SLOTS)).isEqualTo(9);
        assertThat(heard).containsExactly(9);
        assertThatThrownBy(() -> config.set(SLOTS, 101)).hasMessageContaining("expected integer from 0 to 100");
        assertThat(config.get(SLOTS)).isEqualTo(9);
        assertThat(heard).containsExactly(9);
    }

    @Test
    void anOptionThatIsNotMutableStays() {
        Config config = Config.of(SCHEMA);

        assertThatThrownBy(() -> config.set(FLUSH, true))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("[replication] flush cannot be changed at run time");
        assertThat(config.get(FLUSH)).isFalse();
    }

    @Test
    void anOptionOutsideTheSchemaIsAMistakeOfTheProgram() {
        Config config = Config.of(ConfigSchema.of(SLOTS));

        assertThatThrownBy(() -> config.get(FLUSH)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDeclarationNeedsADefaultADocAndAUniqueName() {
        Option<Integer> bare = Options.integer("a", "b");

        assertThatThrownBy(() -> ConfigSchema.of(bare)).hasMessageContaining("without documentation");
        assertThatThrownBy(() -> ConfigSchema.of(bare.doc("It."))).hasMessageContaining("without a default");
        assertThatThrownBy(() -> ConfigSchema.of(bare.doc("It.").range(1, 2).defaultValue(3)))
                .hasMessageContaining("expected integer from 1 to 2");
        assertThatThrownBy(() -> ConfigSchema.of(SLOTS, SLOTS)).hasMessageContaining("declared twice");
    }

    @Test
    void theAnnotatedFileOfAllOptionsReadsAsTheDefaults() throws IOException {
        String ini = SCHEMA.toIni();
        Config config = load(ini);

        for (Option<?> option : SCHEMA.options()) {
            assertThat(config.print(option))
                    .as(option.toString())
                    .isEqualTo(Config.of(SCHEMA).print(option));
        }
        assertThat(ini)
                .startsWith("""
                        [replication]
                        ; Slots.
                        ; integer from 0 to 100; default 5; can be changed at run time
                        slots = 5
                        """)
                .contains("; [block_service.<name>]\n; Type.\n; text; default empty\n; type =\n");
    }

    @Test
    void theAnnotatedFileTakesValues() throws IOException {
        Config config = load(SCHEMA.toIni(Map.of("replication.slots", "3", "block_service.a.type", "local_service")));

        assertThat(config.get(SLOTS)).isEqualTo(3);
        assertThat(config.names("block_service")).containsExactly("a");
        assertThat(config.get(TYPE.in("a"))).isEqualTo("local_service");
    }

    @Property
    boolean bytesAreReadAsTheyArePrinted(@ForAll @LongRange(min = 0, max = 1L << 40) long bytes) {
        return CACHE.parse(CACHE.print(bytes)) == bytes;
    }

    private Config load(String text) throws IOException {
        return Config.load(Files.writeString(directory.resolve("test.ini"), text), SCHEMA);
    }
}
